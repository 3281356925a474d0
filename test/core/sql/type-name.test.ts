import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formattedType } from "../../../lib/core/sql/type-name.js";
import { createDatabase, type TestDatabase } from "../../support/postgres.js";

const SPELLINGS = [
  "int",
  "int2",
  "int4",
  "int8",
  "INTEGER",
  "bigint",
  "bool",
  "float",
  "float(10)",
  "float(30)",
  "float4",
  "float8",
  "double precision",
  "decimal",
  "numeric(10)",
  "numeric(10, 2)",
  "varchar",
  "varchar(20)",
  "character varying(5)",
  "char",
  "char(3)",
  "text",
  "timestamp",
  "timestamp(3)",
  "timestamptz",
  "timestamptz(3)",
  "timestamp with time zone",
  "timestamp(3) without time zone",
  "time",
  "timetz",
  "time(2) with time zone",
  "date",
  "interval",
  "uuid",
  "json",
  "jsonb",
  "bytea",
  "bit(3)",
  "bit varying(7)",
  "varbit(4)",
  "inet",
  "int[]",
  "varchar(3)[]",
  "timestamptz[]",
  "money",
  "xml",
];

describe("type names", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase("18");
  });
  afterAll(() => database.drop());

  it.each(SPELLINGS)("%s is called what the server calls it", async (spelling) => {
    const { client } = database;
    await client.query(`create temporary table t (c ${spelling})`);
    const { rows } = await client.query(
      "select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attname = 'c'",
    );
    await client.query("drop table t");
    expect(formattedType(spelling)).toBe(rows[0].type);
  });

  it("keeps the names of types that are not built in", () => {
    expect(formattedType('app."Mood"')).toBe('app."Mood"');
  });
});
