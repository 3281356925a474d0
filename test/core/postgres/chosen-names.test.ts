import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CatalogIndex } from "../../../lib/core/catalog/lookup.js";
import { constraintName, indexName } from "../../../lib/core/operations/default-names.js";
import { operationsOfText } from "../../../lib/core/operations/index.js";
import { chosenName, isChosenName } from "../../../lib/core/postgres/chosen-names.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { testScript } from "../../support/migration.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

/** Names of one byte a character to four, some of them longer than a name may be together, and some up to the last byte. */
const name = fc
  .array(fc.constantFrom("a", "b", "z", "_", "ä", "ß", "漢", "🐘", "long_piece_of_a_name", '"', "1"), {
    minLength: 1,
    maxLength: 40,
  })
  .map((parts) => parts.join(""))
  .map((text) => {
    let kept = "";
    for (const character of text) if (Buffer.byteLength(kept + character) <= 63) kept += character;
    return kept;
  });

/** Expressions over an integer column, for each form that the server names by a word of its own or not at all. */
const EXPRESSIONS: readonly ((column: string) => string)[] = [
  (c) => `(${c} + 1)`,
  (c) => `abs(${c})`,
  (c) => `(${c}::bigint)`,
  (c) => `(abs(${c})::text)`,
  (c) => `((${c} + 1)::text)`,
  (c) => `(nullif(${c}, 1))`,
  (c) => `(coalesce(${c}, 1))`,
  (c) => `(greatest(${c}, 1))`,
  (c) => `(least(${c}, 1))`,
  (c) => `(case when ${c} > 1 then 1 else abs(${c}) end)`,
  (c) => `(case when ${c} > 1 then 1 end)`,
  (c) => `(array[${c}])`,
  (c) => `((array[${c}])[1])`,
  (c) => `(${c} is null)`,
  (c) => `((${c}::text) collate "C")`,
  (c) => `(pg_catalog.abs(${c}))`,
];

interface Form {
  readonly sql: (t: string, a: string, b: string) => string;
}

/** Every kind of thing that may come without a name, alone and with another before it that takes the name. */
const FORMS: readonly Form[] = [
  { sql: (t, a) => `alter table ${t} add primary key (${a})` },
  { sql: (t, a, b) => `alter table ${t} add unique (${a}, ${b})` },
  { sql: (t, a, b) => `alter table ${t} add unique (${a}) include (${b})` },
  { sql: (t, a) => `alter table ${t} add check (${a} > 0)` },
  { sql: (t, a, b) => `alter table ${t} add check (${a} > ${b})` },
  { sql: (t, a) => `alter table ${t} add check (${a} > 0 and ${a} < 5)` },
  { sql: (t) => `alter table ${t} add check (1 > 0)` },
  { sql: (t, a) => `alter table ${t} add foreign key (${a}) references target` },
  { sql: (t, a, b) => `alter table ${t} add foreign key (${a}, ${b}) references pairs` },
  { sql: (t, a) => `alter table ${t} add exclude (${a} with =)` },
  { sql: (t, a, b) => `alter table ${t} add exclude (${a} with =, abs(${b}) with =)` },
  { sql: (t, a) => `create index on ${t} (${a})` },
  { sql: (t, a, b) => `create index on ${t} (${a}, ${b}, ${a})` },
  { sql: (t, a, b) => `create unique index on ${t} (${b}) include (${a})` },
  ...EXPRESSIONS.map((expression): Form => ({ sql: (t, a) => `create index on ${t} (${expression(a)})` })),
  { sql: (t, a, b) => `create index on ${t} ((${a} + 1), (${b} + 1), abs(${a}), abs(${b}))` },
];

/** Each once: what a constraint's index is called, the constraint is too. */
const NAMES = `
  select oid::text, conname as name from pg_constraint
   where connamespace = 'public'::regnamespace and contype <> 'n'
  union all select c.oid::text, relname from pg_class c
   where relnamespace = 'public'::regnamespace and relkind = 'i'
     and not exists (select from pg_constraint where conindid = c.oid and contype <> 'f')`;

describe.each(MAJORS)("the names that %s chooses", (major: Major) => {
  const database = sharedDatabase(
    major,
    "create table target (id int primary key); create table pairs (a int, b int, primary key (a, b))",
  );
  const rows = async (sql: string) => (await database.session.query<{ name: string }>(sql)).map((row) => row.name);

  const foretold = (sql: string, before: CatalogIndex): string => {
    const [statement] = testScript(sql, "m.sql").statements;
    const [operation] = statement ? operationsOfText(statement) : [];
    const table = (found: { name: string }) => ({ schema: "public", name: found.name });
    if (operation?.kind === "create-index") return indexName(operation, table(operation.table), before);
    if (operation?.kind === "add-constraint")
      return constraintName(operation.constraint, table(operation.table), before);
    throw new Error(`no name is chosen by ${sql}`);
  };

  it("are foretold for names of any length, also where they are taken", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 3, maxLength: 3 }),
        fc.constantFrom(...FORMS),
        fc.constantFrom("nothing", "a relation", "a constraint", "both"),
        async ([t = "", a = "", b = ""], form, taken) => {
          await database.takenBack(async () => {
            await database.session.execute("set local search_path to public");
            const sql = form.sql(identifier(t), identifier(a), identifier(b));
            await database.session.execute(
              `create table ${identifier(t)} (${identifier(a)} int, ${identifier(b)} int)`,
            );
            const first = foretold(sql, new CatalogIndex(await readCatalog(database.session, null)));
            if (taken === "a relation" || taken === "both")
              await database.session.execute(`create sequence ${identifier(first)}`);
            if (taken === "a constraint" || taken === "both")
              await database.session.execute(`create table o (x int constraint ${identifier(first)} check (x > 0))`);
            const before = new CatalogIndex(await readCatalog(database.session, null));
            const had = new Set((await database.session.query<{ oid: string }>(NAMES)).map(({ oid }) => oid));
            await database.session.execute(sql);
            const now = await database.session.query<{ oid: string; name: string }>(NAMES);
            const made = now.filter(({ oid }) => !had.has(oid));
            expect(
              made.map((each) => each.name),
              sql,
            ).toEqual([foretold(sql, before)]);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it("are foretold for sequences, domains and, since 18, NOT NULL", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 3, maxLength: 3 }), async ([t = "", a = "", d = ""]) => {
        await database.takenBack(async () => {
          await database.session.execute("set local search_path to public");
          const taken = chosenName("sequence", t, [a]);
          const second = a === "x" ? "y" : "x";
          await database.session.execute(`create view ${identifier(taken)} as select 1`);
          await database.session.execute(
            `create table ${identifier(t)} (${identifier(a)} serial not null, ${identifier(second)} int generated always as identity)`,
          );
          const relations = { relation: (each: string) => each === taken, constraint: () => false };
          expect((await rows("select relname as name from pg_class where relkind = 'S'")).sort()).toEqual(
            [chosenName("sequence", t, [a], relations), chosenName("sequence", t, [second])].sort(),
          );
          if (Number(major) >= 18)
            expect(
              (
                await rows(`select conname as name from pg_constraint where contype = 'n' and conrelid in
                (select oid from pg_class where relname not in ('target', 'pairs') and oid >= 16384)`)
              ).sort(),
            ).toEqual([chosenName("not null", t, [a]), chosenName("not null", t, [second])].sort());
          await database.session.execute(
            `create domain ${identifier(d)} as int not null check (value > 0) check (value < 9)`,
          );
          const check = chosenName("check", d, []);
          const own = (each: string) => each === check;
          expect(
            (await rows("select conname as name from pg_constraint where contypid <> 0 and oid >= 16384")).sort(),
          ).toEqual(
            [
              check,
              chosenName("check", d, [], { relation: () => false, constraint: own }),
              ...(Number(major) >= 17 ? [chosenName("not null", d, [])] : []),
            ].sort(),
          );
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe("a name that the server may have chosen", () => {
  it("is one with a number too, and none that merely ends like it", () => {
    expect(isChosenName("t_a_not_null", "not null", "t", ["a"])).toBe(true);
    expect(isChosenName("t_a_not_null12", "not null", "t", ["a"])).toBe(true);
    expect(isChosenName("u_a_not_null", "not null", "t", ["a"])).toBe(false);
    expect(isChosenName("t_a_not_null0", "not null", "t", ["a"])).toBe(false);
  });
});
