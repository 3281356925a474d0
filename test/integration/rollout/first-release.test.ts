import { expect, it } from "vitest";
import { Gate } from "../../support/gate.js";
import { createDatabase } from "../../support/postgres.js";

const TENANTS = {
  "a database": { script: "", schema: "" },
  "a schema": { script: "create schema app", schema: "app" },
} as const;

it.each([
  ["prisma", "a database", "20240101000000_init/migration.sql"],
  ["golang-migrate", "a schema", "000001_init.up.sql"],
] as const)(
  "%s: the first release for %s on which it has never run, and back",
  { timeout: 120_000 },
  async (convention, kind, path) => {
    const { script, schema } = TENANTS[kind];
    const database = await createDatabase("18", script);
    await database.client.end();
    const gate = new Gate([`acme,${database.url},${schema}`], convention);
    try {
      gate.addFile(path, Buffer.from("create table notes (id bigint primary key, body text);"));
      expect(await gate.ask()).toMatchObject({ passed: true });
      expect(await gate.rollOut()).toMatchObject({ status: "passed" });
      expect(await gate.rollBack(["acme"])).toEqual([]);
    } finally {
      gate.destroy();
      await database.drop();
    }
  },
);
