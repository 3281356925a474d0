import { describe, expect, it } from "vitest";
import { type HeapChange, heapChange } from "../../../lib/core/postgres/type-change.js";
import { MAJORS } from "../../support/majors.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

/** Lengths and precisions of the types that take one. `*` stands for it in the type's name. */
const MODIFIED: readonly string[] = [
  ...["character varying*", "character*", "bit varying*", "bit*"].flatMap((type) =>
    ["", "(1)", "(10)", "(20)"].map((length) => type.replace("*", length)),
  ),
  ...["", "(8,2)", "(10,2)", "(10,4)", "(8)"].map((scale) => `numeric${scale}`),
  ...[
    "timestamp* without time zone",
    "timestamp* with time zone",
    "time* without time zone",
    "time* with time zone",
  ].flatMap((type) => ["", "(0)", "(3)", "(6)"].map((precision) => type.replace("*", precision))),
  ...["", "(0)", "(3)", "(6)", " day", " year", " month", " day to second", " day to second(3)", " hour to minute"].map(
    (fields) => `interval${fields}`,
  ),
];

const ARRAYS = ["text", "character varying", "character varying(10)", "integer", "oid", "numeric", "numeric(8,2)"].map(
  (type) => `${type}[]`,
);

const BUILT_IN = `
  select pg_catalog.format_type(oid, null) as name from pg_catalog.pg_type
   where typtype in ('b', 'r', 'm') and typcategory <> 'A' and typnamespace = 'pg_catalog'::pg_catalog.regnamespace
     and typname not in ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary',
                         'pg_brin_minmax_multi_summary')
   order by 1`;

describe.each(MAJORS)("what a change of type does to the heap on %s", (major: Major) => {
  const database = sharedDatabase(major, "create extension citext");

  const file = async () => {
    const [row] = await database.session.query<{ file: string }>(
      "select pg_relation_filenode('public.m')::text as file",
    );
    return row?.file;
  };

  /** Null where the server refuses the change. */
  const measure = async (to: string, zone: string): Promise<boolean | null> => {
    await database.session.script(`savepoint s; set local timezone = '${zone}'`);
    try {
      const was = await file();
      await database.session.execute(`alter table m alter c type ${to}`);
      return (await file()) === was;
    } catch {
      return null;
    } finally {
      await database.session.script("rollback to s; release s");
    }
  };

  const measuredPair = async (from: string, to: string): Promise<HeapChange | null> => {
    const kept = await measure(to, "UTC");
    if (kept === null) return null;
    if (!kept) return "rewritten";
    if (!(from.startsWith("timestamp") && to.startsWith("timestamp"))) return "kept";
    return (await measure(to, "Europe/Berlin")) ? "kept" : "kept in UTC";
  };

  it("is as the table says for every pair of built-in types that the server accepts", {
    timeout: 300_000,
  }, async () => {
    const rows = await database.session.query<{ name: string }>(BUILT_IN);
    const types = [...new Set([...rows.map(({ name }) => name), ...MODIFIED, ...ARRAYS, "citext", "bpchar", "char"])];
    expect(types.length).toBeGreaterThan(100);
    const wrong: string[] = [];
    let pairs = 0;
    for (const from of types) {
      await database.session.script("begin");
      await database.session.execute(`create table m (c ${from})`);
      for (const to of types) {
        const measured = await measuredPair(from, to);
        if (measured === null) continue;
        pairs += 1;
        const said = heapChange(from, to);
        if (said !== measured) wrong.push(`${from} to ${to}: ${measured}, and not ${said}`);
      }
      await database.session.script("rollback");
    }
    expect(pairs).toBeGreaterThan(1_000);
    expect(wrong).toEqual([]);
  });
});
