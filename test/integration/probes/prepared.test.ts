import fc from "fast-check";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { testScript } from "../../support/migration.js";
import { createDatabase, type TestDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

beforeAll(() => loadParser());

const RUNS = Number(process.env.SCHEMA_GATE_PREPARED_RUNS ?? 60);

/** Names that need quotes, that SQL reserves, that are as long as may be, and that our own queries use. */
const NAMES = [
  ...["id", "Id", "ID", "select", "order", "user", "limit", "end", "table", "null", "x", 'x"y', "a b", "a.b", "it's"],
  ...[
    "t",
    "q",
    "k",
    "c",
    "n",
    "r",
    "s",
    "child",
    "target",
    "parent",
    "target__id",
    "count",
    "key",
    "keys",
    "row",
    "value",
  ],
  ...["n".repeat(63), `${"ü".repeat(31)}n`, `${"N".repeat(62)} `, "$1", "\\", "ctid_", "left", "all", "_"],
];

interface Column {
  name: string;
  readonly type: "int" | "text" | "numeric(6,2)" | "date";
}
interface Table {
  name: string;
  schema: string;
  readonly columns: Column[];
  key: string[];
  readonly constraint: string;
}
type Pick = <T>(list: readonly T[]) => T;
type Generate = (tables: readonly [Table, Table], pick: Pick) => string;

const full = ({ schema, name }: Table) => `${identifier(schema)}.${identifier(name)}`;
const ints = (table: Table) => table.columns.filter(({ type }) => type === "int");
const free = (table: Table, pick: Pick) =>
  pick(NAMES.filter((name) => !table.columns.some((each) => each.name === name)));

const STATEMENTS: readonly Generate[] = [
  (tables, pick) => {
    const table = pick(tables);
    const column = pick(table.columns);
    const to = free(table, pick);
    const sql = `alter table ${full(table)} rename column ${identifier(column.name)} to ${identifier(to)}`;
    table.key = table.key.map((each) => (each === column.name ? to : each));
    column.name = to;
    return sql;
  },
  (tables, pick) => {
    const table = pick(tables);
    const to = pick(NAMES.filter((name) => tables.every((each) => each.name !== name)));
    const sql = `alter table ${full(table)} rename to ${identifier(to)}`;
    table.name = to;
    return sql;
  },
  (tables, pick) => {
    const table = pick(tables);
    const to = table.schema === "public" ? "Other s" : "public";
    const sql = `alter table ${full(table)} set schema ${identifier(to)}`;
    table.schema = to;
    return sql;
  },
  ([parent, child], pick) =>
    `alter table ${full(child)} add constraint ${identifier(pick(NAMES))} foreign key (${identifier(pick(ints(child)).name)}) references ${full(parent)} (${parent.key.map((key) => identifier(key)).join(", ")}) ${pick(["", "not valid", "on delete cascade", "match full"])}`,
  ([parent], pick) =>
    `alter table ${full(parent)} add foreign key (${identifier(pick(ints(parent)).name)}) references ${full(parent)}`,
  (tables, pick) => {
    const table = pick(tables);
    return `alter table ${full(table)} add unique ${pick(["", "", "nulls not distinct "])}(${identifier(pick(table.columns).name)})`;
  },
  (tables, pick) => {
    const table = pick(tables);
    const [a, b] = [pick(table.columns), pick(table.columns)].map(({ name }) => identifier(name));
    return `create unique index on ${full(table)} ((${a}::text), lower(${b}::text)) ${pick(["", `where ${a} is not null`])}`;
  },
  (tables, pick) => {
    const table = pick(tables);
    return `alter table ${full(table)} alter ${identifier(pick(table.columns).name)} set not null`;
  },
  (tables, pick) => {
    const table = pick(tables);
    const column = identifier(pick(ints(table)).name);
    return `alter table ${full(table)} add constraint ${identifier(pick(NAMES))} check (${column} > 0 or ${column} is distinct from 7) ${pick(["", "not valid"])}`;
  },
  (tables, pick) => {
    const table = pick(tables);
    const column = pick(table.columns);
    const type = pick(["smallint", "varchar(2)", "text", "numeric(3,1)", '"Made"', "bigint", '"Own"']);
    return `alter table ${full(table)} alter ${identifier(column.name)} type ${type} using ${identifier(column.name)}::text::${type}`;
  },
  (tables, pick) => {
    const table = pick(tables);
    const name = free(table, pick);
    table.columns.push({ name, type: "int" });
    return `alter table ${full(table)} add column ${identifier(name)} int ${pick(["", "not null", "default 3", "unique", "check (1 > 0)"])}`;
  },
  ([, child], pick) =>
    `delete from ${full(child)} where ${identifier(pick(ints(child)).name)} ${pick(["= 1", "is null"])}`,
  (tables, pick) => {
    const table = pick(tables);
    const column = identifier(pick(ints(table)).name);
    return `update ${full(table)} set ${column} = ${pick(["1", `${column} + 1`, "null"])} ${pick(["", `where ${column} is null`])}`;
  },
  ([, child], pick) =>
    `alter table ${full(child)} add exclude using btree (${identifier(pick(child.columns).name)} with =)`,
  (_, pick) => `alter domain "Made" ${pick(["add check (value <> 5)", "set not null"])}`,
  (tables, pick) => {
    const table = pick(tables);
    const [key] = ints(table);
    return `alter table ${full(table)} drop constraint if exists ${identifier(table.constraint)} cascade, add constraint ${identifier(table.constraint)} primary key (${identifier(key?.name ?? "")}, ${identifier(pick(table.columns).name)})`;
  },
  (tables, pick) => {
    const table = pick(tables);
    const column = identifier(pick(table.columns).name);
    return pick([
      `alter table ${full(table)} add check ("Fn"(${column}::text) <> 'never')`,
      `create unique index on ${full(table)} ("Fn"(${column}::text))`,
      `alter table ${full(table)} alter ${column} type varchar(20) using "Fn"(${column}::text)`,
      `create unique index on ${full(table)} ((${column}::text) collate "Coll")`,
      `alter table ${full(table)} add check (${column}::text::"Own" is not null or true)`,
      `create unique index on ${full(table)} ((${column} is null)) where "Fn"(${column}::text) = 'x'`,
    ]);
  },
  (_, pick) =>
    pick(["create domain \"Own\" as text check (value <> '')", "create type \"Own\" as enum ('1', '2', 'a')"]),
  (tables, pick) => {
    const table = pick(tables);
    const column = pick(table.columns);
    if (table.columns.length < 3 || table.key.includes(column.name) || ints(table).length < 3) return "select 1";
    table.columns.splice(table.columns.indexOf(column), 1);
    return `alter table ${full(table)} drop column ${identifier(column.name)}`;
  },
];

const MADE: Readonly<Record<string, string>> = {
  '"Fn"': `create or replace function "Fn"(v text) returns text immutable language sql as 'select $1'`,
  '"Coll"': "create collation if not exists \"Coll\" (provider = icu, locale = 'und')",
  '"Own"': "create domain \"Own\" as text check (value <> '')",
};

interface Plan {
  readonly names: readonly string[];
  readonly steps: readonly (readonly [number, number])[];
  /** Whether parent and child have columns of the same names. */
  readonly alike: boolean;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 10, maxLength: 10 }),
  steps: fc.array(fc.tuple(fc.nat(STATEMENTS.length - 1), fc.nat(1_000_000)), { minLength: 1, maxLength: 5 }),
  alike: fc.boolean(),
});

function scripts({ names, steps, alike }: Plan): { readonly setup: string; readonly release: string } {
  const types = ["int", "int", "text", "int"] as const;
  const columns = (from: number) => types.map((type, at): Column => ({ name: names[from + at] ?? "", type }));
  const table = (name: string, from: number, constraint: string): Table => ({
    name,
    schema: "public",
    columns: columns(from),
    key: [names[from] ?? ""],
    constraint,
  });
  const tables = [table(names[8] ?? "", 0, "the key"), table(names[9] ?? "", alike ? 0 : 4, 'the "Key')] as const;
  const make = (each: Table) =>
    `create table ${full(each)} (${each.columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(", ")}, constraint ${identifier(each.constraint)} primary key (${identifier(each.key[0] ?? "")}));
     insert into ${full(each)} values (1, null, 'a', 5), (2, 1, null, 5), (3, 9, 'a', null);`;
  const setup = `create domain "Made" as text; create table uses_made (m "Made"); ${tables.map(make).join("\n")}`;
  const written = steps.map(([kind, seed]) => {
    let left = seed;
    const pick: Pick = (list) => {
      const at = left % list.length;
      left = Math.floor(left / list.length) + at * 7919;
      return list[at] as (typeof list)[number];
    };
    return STATEMENTS[kind]?.(tables, pick) ?? "select 1";
  });
  // What a statement names is made by the release itself where no step of it did.
  const needed = Object.entries(MADE).flatMap(([name, sql]) =>
    written.some((each) => each.includes(name)) &&
    !written.some((each) => /^create (domain|type)/.test(each) && each.includes(name))
      ? [sql]
      : [],
  );
  return { setup, release: [...needed, ...written].join(";\n") };
}

describe.each(MAJORS)("every probe's queries on PostgreSQL %s", (major) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(major);
  });
  afterAll(() => database.drop());

  it(`are taken by the server, whatever the names, in ${RUNS} releases`, async () => {
    let asked = 0;
    const client: pg.Client = database.client;
    const property = fc.asyncProperty(plan, async (each) => {
      const { setup, release } = scripts(each);
      const names = each.names.slice(8);
      await client.query(
        'drop schema if exists "Other s" cascade; drop schema public cascade; create schema public; create schema "Other s"',
      );
      await client.query(setup);
      const emptied = `truncate ${names.map((name) => `public.${identifier(name)}`).join(", ")}`;
      const wrong = await client.query(`begin; ${emptied}; ${release}; rollback`).then(
        () => null,
        (error: { readonly code: string; readonly message: string }) => error,
      );
      await client.query("rollback");
      // A text that the server does not take where no row contradicts it is no release.
      fc.pre(wrong === null);
      const session = await openTestSession(database.url, "read");
      try {
        const queries = deriveProbes(testScript(release, "release.sql").statements, await readCatalog(session, null));
        const refused: string[] = [];
        session.lookUpIn(null, ["public"]);
        for (const { code, count, sample } of queries) {
          for (const sql of [count, sample]) {
            if (sql === null) continue;
            asked += 1;
            await session.execute(`explain ${bindSchemas(sql, null)}`).catch((error: Error & { code: string }) => {
              refused.push(`${code}: ${error.message} [${error.code}]\n${sql}`);
            });
          }
        }
        expect(refused, `${setup}\n---\n${release}`).toEqual([]);
      } finally {
        await session.close();
      }
    });
    await fc.assert(property, { numRuns: RUNS, maxSkipsPerRun: 200, ...SEEDED });
    expect(asked).toBeGreaterThan(RUNS / 2);
  }, 600_000);
});

const SEEDED = process.env.SCHEMA_GATE_PREPARED_SEED ? { seed: Number(process.env.SCHEMA_GATE_PREPARED_SEED) } : {};
