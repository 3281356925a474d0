import { describe, expect, it } from "vitest";
import { type HeapChange, heapChange } from "../../../lib/core/postgres/type-change.js";
import { literal } from "../../../lib/core/sql/quote.js";
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

/** Changes the only column of `m` to each type in turn, in a subtransaction that an error ends. */
const MEASURE = `
  create function public.measure(types text[], zone text) returns table ("into" text, kept boolean) language plpgsql as $$
  declare was oid := pg_relation_filenode('public.m');
  begin
    foreach "into" in array types loop
      begin
        perform set_config('timezone', zone, true);
        execute format('alter table public.m alter c type %s', "into");
        kept := pg_relation_filenode('public.m') = was;
        raise exception using errcode = 'ZZ000';
      exception when sqlstate 'ZZ000' then return next; when others then null;
      end;
    end loop;
  end $$`;

describe.each(MAJORS)("what a change of type does to the heap on %s", (major: Major) => {
  const database = sharedDatabase(major, `create extension citext; ${MEASURE}`);

  /** By type: whether the heap file stays when the column of `m` becomes it; nothing where the server refuses the change. */
  const measure = async (types: readonly string[], zone: string): Promise<ReadonlyMap<string, boolean>> => {
    const rows = await database.session.query<{ into: string; kept: boolean }>(
      `select "into", kept from public.measure(array[${types.map(literal).join(", ")}]::text[], ${literal(zone)})`,
    );
    return new Map(rows.map(({ into, kept }) => [into, kept]));
  };

  const measuredFrom = async (from: string, types: readonly string[]): Promise<ReadonlyMap<string, HeapChange>> => {
    const moments = from.startsWith("timestamp") ? types.filter((to) => to.startsWith("timestamp")) : [];
    const [inUtc, elsewhere] = [await measure(types, "UTC"), await measure(moments, "Europe/Berlin")];
    return new Map(
      [...inUtc].map(([to, kept]) => [to, !kept ? "rewritten" : elsewhere.get(to) === false ? "kept in UTC" : "kept"]),
    );
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
      for (const [to, measured] of await measuredFrom(from, types)) {
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
