import fc from "fast-check";
import { identifier, literal } from "../../lib/core/sql/quote.js";

/** Types of a random column, each with a value for the row of a number. */
const TYPES: Readonly<Record<string, (row: number) => string>> = {
  integer: (row) => String(row * 7),
  bigint: (row) => String(row * 1_000_000_007),
  text: (row) => `'text ''${row}'`,
  "varchar(12)": (row) => `'v${row}'`,
  "numeric(8, 3)": (row) => `${row}.125`,
  boolean: (row) => String(row % 2 === 0),
  timestamptz: (row) => `'2024-01-01 00:00Z'::timestamptz + ${row} * interval '1 hour'`,
  jsonb: (row) => `'{"n": ${row}, "nested": [null, 1.50]}'`,
  "integer[]": (row) => `array[${row}, null]`,
  bytea: (row) => `'\\x0${row % 10}ff'`,
  '"Mood"': (row) => (row % 2 === 0 ? "'sad'" : "'so so'"),
  percent: (row) => String(row % 100),
};

export interface RandomColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

/** A table of random columns, and around it one thing of every kind that an operation may touch. */
export interface RandomSchema {
  readonly table: string;
  readonly columns: readonly RandomColumn[];
  readonly key: "primary" | "unique" | "none";
  readonly rows: number;
}

const odd = fc.constantFrom("plain", "Upper", 'quo"te', "with space", "select", "ünï", "a.b", "x'y");

export const randomSchema: fc.Arbitrary<RandomSchema> = fc
  .record({
    table: odd.map((name) => `t ${name}`),
    columns: fc.array(
      fc.record({
        name: odd.map((name) => `c ${name}`),
        type: fc.constantFrom(...Object.keys(TYPES)),
        notNull: fc.boolean(),
        hasDefault: fc.boolean(),
      }),
      { minLength: 2, maxLength: 5 },
    ),
    key: fc.constantFrom("primary", "unique", "none"),
    rows: fc.integer({ min: 0, max: 6 }),
  })
  .map((schema) => ({
    ...schema,
    columns: schema.columns.map((each, at) => ({ ...each, name: `${each.name} ${at}` })),
  }));

/** A column's value, as SQL; every third one is NULL where it may be. */
function sampleOf(column: RandomColumn, row: number, at: number): string {
  if (!column.notNull && (row + at) % 3 === 0) return "NULL";
  return TYPES[column.type]?.(row) ?? "NULL";
}

export function schemaScript({ table, columns, key, rows }: RandomSchema): string {
  const t = identifier(table);
  const id = { primary: "id int primary key", unique: "id int not null unique", none: "id int" }[key];
  const list = columns.map((column) => {
    const fill = column.hasDefault ? ` default ${TYPES[column.type]?.(1) ?? "NULL"}` : "";
    return `${identifier(column.name)} ${column.type}${fill}${column.notNull ? " not null" : ""}`;
  });
  const values = [...Array(rows).keys()].map(
    (row) =>
      `(${[row + 1, row % 2 === 0 ? 1 : 2, ...columns.map((column, at) => sampleOf(column, row + 1, at))].join(", ")})`,
  );
  const names = ["id", "parent", ...columns.map(({ name }) => identifier(name))].join(", ");
  return `
    create type "Mood" as enum ('sad', 'so so', 'glad');
    create domain percent as int check (value between 0 and 100);
    create table parent (id int primary key, label text); insert into parent values (1, 'a'), (2, 'b');
    create table ${t} (${id}, parent int constraint to_parent references parent on delete cascade, ${list.join(", ")},
      made int generated always as (id * 2) stored, constraint low check (id > 0), constraint later check (id < 999) not valid);
    ${values.length === 0 ? "" : `insert into ${t} (${names}) values ${values.join(", ")};`}
    create index by_parent on ${t} (parent); create sequence counter start 5;
    create view seen as select id from ${t}; create materialized view copied as select id, label from parent;
    create unique index on copied (id);
    create function touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger touched before update on ${t} for each row execute function touch();
    create table part (k int not null, v text) partition by range (k);
    create table part_1 partition of part for values from (0) to (10); create table part_rest partition of part default;
    create table loose (k int not null, v text); create schema elsewhere;
    insert into part values (1, 'x'), (70, 'y'); insert into loose values (31, 'z');
    comment on table parent is ${literal("it's the parent")}; analyze;`;
}
