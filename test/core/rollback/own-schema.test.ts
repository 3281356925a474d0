import { describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { literal, qualified } from "../../../lib/core/sql/quote.js";
import { temporaryDatabase } from "../../support/postgres.js";

const NAMES = ["plain", 'quo"ted', "o'brien", "back\\slash'", "cash$&$$1", "-- 'x", "/* 'x */"];

describe("placeholders for a tenant's schemas", () => {
  it.each(NAMES)("become %s, in names and in literals alike", async (schema) => {
    const { client } = await temporaryDatabase();
    const own = bindSchemas(`"$gate"`, schema);
    await client.query(`create schema ${qualified(null, schema)}; create schema ${own}`);
    const query = `/* "$tenant" isn't read */ create table "$tenant".t (id serial); -- nor 'this "$gate"
      create table "$gate".kept (i int); select to_regclass(${literal(qualified("$tenant", "t"))}) is not null
        and to_regclass(E'"$gate".kept') is not null and 'it''s' = E'it''s' as found`;
    const results = await client.query(bindSchemas(query, schema));
    expect(([results].flat().at(-1) as { rows: unknown[] }).rows).toEqual([{ found: true }]);
  });

  it("leave a database of one tenant alone but for our own schema", () => {
    expect(bindSchemas(`select '"$tenant"', "$gate"`, null)).toBe(`select '"$tenant"', "schema_gate"`);
  });
});
