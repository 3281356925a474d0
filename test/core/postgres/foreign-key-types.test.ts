import { describe, expect, it } from "vitest";
import { KEY_TYPES, mayReference } from "../../../lib/core/postgres/foreign-key-types.js";
import { temporaryDatabase } from "../../support/postgres.js";

describe.each(["15", "18"] as const)("foreign keys between built-in types, PostgreSQL %s", (major) => {
  it("are refused where the table says so, and nowhere else", async () => {
    const { client } = await temporaryDatabase(major);
    const wrong: string[] = [];
    for (const key of KEY_TYPES) {
      await client.query(`drop table if exists p; create table p (k ${key} primary key)`);
      for (const from of KEY_TYPES) {
        await client.query("begin");
        const accepted = await client.query(`create table c (k ${from} references p)`).then(
          () => true,
          () => false,
        );
        await client.query("rollback");
        if (mayReference(from, key) !== accepted) wrong.push(`${from} to ${key}: ${accepted}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it("are not told of other types", () => {
    expect(mayReference("citext", "text")).toBeNull();
    expect(mayReference("text", "citext")).toBeNull();
  });
});
