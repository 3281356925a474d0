import fc from "fast-check";

/** A release over the tables of `BASE`, as statements, and down scripts where an author wrote one. */
export interface RandomRelease {
  readonly statements: readonly string[];
  readonly writes: readonly string[];
  readonly between: readonly string[];
}

/** Tables with a key, with a unique index, with none, partitioned and inherited, each with rows. */
export const BASE = `
  create type mood as enum ('low', 'high');
  create table keyed (id int primary key, a text, n numeric(8,2) default 1.5, b int default 7, m mood default 'low',
    at timestamptz, c varchar(10), j jsonb);
  insert into keyed select i, 'a' || i, i + 0.25, i * 3, 'low', '2024-01-01'::timestamptz + i * interval '1 day', 'c' || i, null from generate_series(1, 5) i;
  create table uniq (id bigint not null unique, k int references keyed on delete cascade, v text not null default 'v');
  insert into uniq select i, i, 'v' || i from generate_series(1, 5) i;
  create table bag (a text, b text, n int);
  insert into bag values ('same', 'same', 1), ('same', 'same', 1), ('other', null, 2), (null, null, null);
  create table part (k int not null, v text, w int default 3) partition by range (k);
  create table part_low partition of part for values from (0) to (100);
  create table part_rest partition of part default;
  insert into part values (1, 'x'), (150, 'y');
  create table pair (x int, y int, z text, primary key (x, y)); insert into pair values (1, 1, 'p'), (1, 2, 'q');
`;

const TABLES = ["keyed", "uniq", "bag", "part", "pair"] as const;
type Table = (typeof TABLES)[number];

const COLUMN_TYPES: readonly (readonly [string, readonly string[]])[] = [
  ["text", ["'written'", "''", "null"]],
  ["int", ["42", "0", "null"]],
  ["text default 'd'", ["'written'", "null", "'d'"]],
  ["int not null default 5", ["42", "5"]],
  ["timestamptz default now()", ["'2020-02-02'", "null"]],
  ["uuid default gen_random_uuid()", ["'00000000-0000-0000-0000-000000000001'", "null"]],
  ["numeric(12,4)", ["7.7777", "null"]],
  ["jsonb default '{}'", [`'{"a": [1, null]}'`, "'{}'"]],
  ["int[]", ["array[1, null]", "'{}'"]],
  ["mood", ["'high'", "null"]],
  ["bytea", ["'\\\\x00ff'", "null"]],
  ["boolean default false", ["true", "null"]],
  ["interval", ["'1 day 02:03'", "null"]],
];

/** One change of the release, with what an application may write once it is there. */
interface Change {
  readonly up: string;
  readonly writes: readonly string[];
}

const some = (table: Table) =>
  ({ keyed: "id % 2 = 0", uniq: "id < 4", bag: "n is distinct from 2", part: "k < 100", pair: "y = 2" })[table];

const addColumn = fc
  .record({
    table: fc.constantFrom(...TABLES),
    type: fc.constantFrom(...COLUMN_TYPES),
    name: fc.constantFrom("note", "new one"),
    fill: fc.boolean(),
    pick: fc.nat(),
  })
  .map(({ table, type: [type, values], name, fill, pick }): Change => {
    const value = values[pick % values.length] ?? "null";
    const column = `"${name}"`;
    const filled =
      fill && values[0] !== "null" ? `; update ${table} set ${column} = ${values[0]} where ${some(table)}` : "";
    return {
      up: `alter table ${table} add column ${column} ${type}${filled}`,
      writes: [
        `update ${table} set ${column} = ${value} where ${some(table)}`,
        `update ${table} set ${column} = ${values.at(-1)}`,
        `insert into ${table} (${column}${KEYS[table].names}) values (${value}${KEYS[table].values})`,
      ],
    };
  });

const KEYS: Readonly<Record<Table, { names: string; values: string }>> = {
  keyed: { names: ", id, a", values: ", 900, 'mine'" },
  uniq: { names: ", id, v", values: ", 900, 'mine'" },
  bag: { names: ", a", values: ", 'mine'" },
  part: { names: ", k", values: ", 55" },
  pair: { names: ", x, y", values: ", 9, 9" },
};

const WIDER: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["keyed", "n", "numeric(12,4)", ["7.7777", "99999999.5", "null"]],
  ["keyed", "n", "double precision", ["1e20", "0.1"]],
  ["keyed", "b", "bigint", ["3000000000", "-3000000000"]],
  ["keyed", "b", "numeric", ["1.25", "1e30"]],
  ["keyed", "c", "varchar(50)", ["'longer than ten characters'", "'short'"]],
  ["keyed", "c", "text", ["'longer than ten characters'", "null"]],
  ["keyed", "at", "timestamptz(6)", ["'2024-05-05 10:11:12.123456+00'"]],
  ["uniq", "k", "bigint", ["null", "2"]],
  ["bag", "n", "bigint", ["3000000000", "1"]],
  ["bag", "n", "text using n::text", ["'free'", "'1'"]],
  ["bag", "n", "double precision", ["0.5", "1e300"]],
  ["keyed", "b", "real", ["2.5", "16777216", "3e9"]],
  ["keyed", "b", "int using b * 100", ["777", "null"]],
  ["keyed", "b", "numeric(8,2) using b::text::numeric(8,2)", ["4.25", "999999"]],
  ["keyed", "b", "timestamptz using to_timestamp(b)", ["'infinity'", "'2024-01-01 00:00:00.5+00'"]],
  ["keyed", "c", "numeric using nullif(regexp_replace(c, '[^0-9]', '', 'g'), '')::numeric", ["42", "8.5", "1e30"]],
  ["uniq", "v", "text using upper(v)", ["'free'", "'V'"]],
  ["part", "w", "bigint", ["3000000000", "4"]],
  ["pair", "z", "varchar(400)", ["'q'", "'other'"]],
];

const widen = fc.record({ which: fc.constantFrom(...WIDER), pick: fc.nat() }).map(
  ({ which: [table, column, type, values], pick }): Change => ({
    up: `alter table ${table} alter column ${column} drop default, alter column ${column} type ${type}`,
    writes: [
      `update ${table} set ${column} = ${values[pick % values.length]} where ${some(table as Table)}`,
      `update ${table} set ${column} = ${values[0]}`,
    ],
  }),
);

const newTable = fc
  .record({
    key: fc.constantFrom(
      "id int primary key",
      "id serial primary key",
      "id int generated always as identity primary key",
      "id int",
      "id int unique not null",
    ),
    link: fc.boolean(),
    seed: fc.boolean(),
  })
  .map(({ key, link, seed }): Change => {
    const own = key.includes("always") ? "overriding system value " : "";
    return {
      up: `create table made (${key}, label text${link ? ", k int references keyed on delete cascade" : ""})${seed ? `; insert into made (id, label) ${own}values (1, 'seed'), (2, 'seed')` : ""}`,
      writes: [
        `insert into made (id, label) ${own}values (7, 'mine'), (8, null)`,
        "update made set label = 'changed' where id = 1",
        "delete from made where id = 2",
        link ? "update made set k = 2 where id = 7" : "insert into made (label) values ('numbered')",
      ],
    };
  });

const others: readonly Change[] = [
  {
    up: "alter type mood add value 'mid' before 'high'",
    writes: ["update keyed set m = 'mid' where id < 3", "insert into keyed (id, m) values (901, 'mid')"],
  },
  { up: "alter table keyed rename a to aa", writes: ["update keyed set aa = 'mine' where id = 2"] },
  { up: "alter table bag rename to sack", writes: ["insert into sack (a) values ('mine')"] },
  { up: "alter table keyed alter a set not null", writes: ["update keyed set a = 'mine' where id = 3"] },
  {
    up: "alter table keyed drop column j",
    writes: ["update keyed set b = 99 where id = 1", "insert into keyed (id) values (902)"],
  },
  {
    up: "alter table keyed drop column a",
    writes: ["insert into keyed (id) values (903)", "delete from keyed where id = 4"],
  },
  { up: "drop table pair", writes: ["update keyed set b = 1"] },
  {
    up: "update keyed set b = b * 10",
    writes: ["update keyed set b = 5 where id = 2", "delete from keyed where id = 3"],
  },
  { up: "delete from bag where a = 'other'", writes: ["insert into bag values ('other', 'again', 1)"] },
  {
    up: "insert into part values (60, 'made')",
    writes: ["update part set v = 'mine' where k = 60", "insert into part values (61, 'mine')"],
  },
  {
    up: "create table part_new partition of part for values from (200) to (300)",
    writes: ["insert into part values (250, 'mine')"],
  },
  { up: "alter table part drop column w", writes: ["insert into part values (5, 'mine')"] },
  { up: "create index on keyed (b)", writes: ["update keyed set b = 8"] },
  {
    up: "alter table keyed alter b drop not null, alter b set default 9",
    writes: ["insert into keyed (id) values (904)"],
  },
];

const change = fc.oneof(
  { weight: 3, arbitrary: addColumn },
  { weight: 2, arbitrary: widen },
  { weight: 2, arbitrary: newTable },
  { weight: 3, arbitrary: fc.constantFrom(...others) },
);

const between = fc.subarray(
  [
    "update keyed set b = 77 where id = 2",
    "delete from keyed where id = 4",
    "insert into keyed (id) values (950)",
    "insert into uniq (id) values (950)",
  ],
  { maxLength: 2 },
);

export const randomRelease: fc.Arbitrary<RandomRelease> = fc
  .record({
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    picks: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
    between,
  })
  .map(({ changes, picks, between: then }) => {
    const writes = changes.flatMap((each) => each.writes);
    return {
      statements: changes.map(({ up }) => up),
      writes: picks.map((pick) => writes[pick % writes.length] ?? ""),
      between: then,
    };
  });
