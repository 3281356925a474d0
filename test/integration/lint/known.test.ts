import { beforeAll, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import type { Known } from "../../../lib/core/lint/known/known.js";
import { type LintInput, lintRelease } from "../../../lib/core/lint/lint-release.js";
import { RULES } from "../../../lib/core/lint/rules/index.js";
import { ALL_VERSIONS, type Rule } from "../../../lib/core/lint/rules/rule.js";
import { sameType } from "../../../lib/core/postgres/column-type.js";
import { loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { lintScript } from "../../support/lint-text.js";
import { MAJORS, type Major } from "../../support/majors.js";
import { createDatabase, type TestDatabase } from "../../support/postgres.js";
import { readExample } from "../../support/rule-example.js";
import { testSession } from "../../support/session.js";

beforeAll(loadParser);

/** Releases of several statements, where each changes what an earlier one made. */
const CHAINS: readonly string[] = [
  "create table a (id serial primary key, b int unique deferrable initially deferred, c text not null default 'x'); alter table a rename b to d; alter table a rename to e",
  "create table p (id int, at date) partition by range (at); create table p1 partition of p for values from ('2026-01-01') to ('2027-01-01'); alter table p add primary key (id, at); alter table p detach partition p1",
  "create table a (id int primary key); create table b (a int references a on delete cascade); alter table b drop constraint b_a_fkey; alter table b add constraint k foreign key (a) references a not valid; alter table b validate constraint k",
  "create table a (x varchar(20), y int check (y > 0)); alter table a alter x type varchar(40), alter y set not null, add z bigint generated always as identity",
  "create table a (x int, y int); create unique index i on a (x) include (y) where y > 0; alter index i rename to j; create index on a (lower(x::text)); drop index j",
  "create table a (x int not null); alter table a add constraint u unique (x); alter table a drop column x",
  "create table a (x int); create table b (like a including all); alter table b add y int; drop table a",
  "create table a (x int constraint pos check (x > 0)); alter table a rename constraint pos to positive; alter table a alter x drop not null",
  "create schema s; create table s.a (x int primary key); alter table s.a set schema public",
  "create table a (x int); create table b (y int) inherits (a); alter table a add z int",
  "create table a (x int); create unique index i on a (x); alter table a add constraint a_key unique using index i",
  "create table a (x int primary key, y int unique); alter table a drop constraint a_pkey; alter table a rename column y to x2",
  "create table if not exists a (x int); create table if not exists a (x int, y int); alter table a add column if not exists x text",
];

const CASES = [
  ...CHAINS,
  ...RULES.flatMap(({ id }) => {
    const { before, bad, good } = readExample(id);
    return [`${before};${bad}`, `${before};${good}`];
  }),
];

/** What lint knows at the end. */
async function knownAfter(input: Pick<LintInput, "scripts" | "catalog">): Promise<Known> {
  const seen: Known[] = [];
  const look: Rule = {
    ...(RULES[0] as Rule),
    id: "LOOK",
    versions: ALL_VERSIONS,
    *check() {},
    // biome-ignore lint/correctness/useYield: it reports nothing
    *finish(known) {
      seen.push(known);
    },
  };
  await lintRelease({ ...input, today: "2026-01-01", customRules: [look], circumstances: { separate: false } });
  const [known] = seen;
  if (!known) throw new Error("lint did not end");
  return known;
}

/** Tables as both tell them; `like` says which columns' types and NOT NULL the other one knows. */
function told(known: Known, like: Known) {
  const tables = [...known.tables.values()].filter(
    ({ key, kind, temporary }) =>
      like.tables.get(key)?.complete && !temporary && kind !== "foreign" && !/view/.test(kind),
  );
  return Object.fromEntries(
    tables.map((table) => {
      const other = like.tables.get(table.key);
      const columns = [...table.columns.values()]
        .map(({ name, type, notNull }) => {
          const same = other?.columns.get(name);
          const differs = !(type && same?.type && sameType(type, same.type));
          return JSON.stringify({
            name,
            type: same?.type ? (differs ? type : same.type) : null,
            notNull: typeof same?.notNull === "boolean" ? notNull : null,
          });
        })
        .sort();
      const constraints = table.constraints
        .filter(({ type }) => type !== "not null")
        .map(({ name, type, columns: key, validated, references, deferrable, deferred }) =>
          JSON.stringify({ name, type, key, validated, references, deferrable: !!deferrable, deferred: !!deferred }),
        )
        .sort();
      const indexes = known
        .indexesOf(table.key)
        .map(({ name, unique, method, keys, include, partial, valid, constraint }) =>
          JSON.stringify({ name, unique, method, keys, include, partial, valid, constraint }),
        )
        .sort();
      return [table.key, { kind: table.kind, columns, constraints, indexes, partitionOf: table.partitionOf }];
    }),
  );
}

/** Null where PostgreSQL refuses a statement of it. */
async function catalogAfter({ client, url }: TestDatabase, sql: string): Promise<Catalog | null> {
  for (const each of [...parseSql(sql, "a.sql").statements.map((one) => one.sql), "commit"]) {
    try {
      await client.query(each);
    } catch {
      return null;
    }
  }
  const session = await testSession(url, "read");
  return readCatalog(session, null).finally(() => session.close());
}

async function compared(major: Major, sql: string) {
  const database = await createDatabase(major);
  const catalog = await catalogAfter(database, sql).finally(() => database.drop());
  if (catalog === null) return null;
  const text = await knownAfter({ scripts: [lintScript(sql, "a.sql", { transaction: "unknown" })] });
  const live = await knownAfter({ scripts: [], catalog });
  if (!text.certain) return null;
  return { told: told(text, text), read: told(live, text) };
}

it.each(MAJORS)(
  "what lint knows after a text is what PostgreSQL %s has after it",
  async (major) => {
    let ran = 0;
    for (const sql of CASES) {
      const both = await compared(major, sql);
      if (!both) continue;
      ran++;
      expect.soft(both.told, sql).toEqual(both.read);
    }
    expect(ran).toBeGreaterThan(CASES.length * 0.7);
  },
  300_000,
);

it.each(MAJORS)(
  "offers a concurrent REFRESH where the catalog of PostgreSQL %s has the index for it",
  async (major) => {
    const made =
      "create table a (x int, y int); create materialized view v as select x, lower(y::text) as l from a; create materialized view w as select x from a; create unique index on v (x); create unique index on w ((x + 1))";
    const database = await createDatabase(major);
    const catalog = await catalogAfter(database, made).finally(() => database.drop());
    if (!catalog) throw new Error("the views were not made");
    const refreshed = async (sql: string) => {
      const scripts = [lintScript(sql, "a.sql")];
      const findings = await lintRelease({ scripts, catalog, today: "2026-01-01" });
      return findings.find(({ code }) => code === "SG073")?.remedy?.text;
    };
    expect(await refreshed("refresh materialized view v")).toBe("Refresh it concurrently.");
    expect(await refreshed("refresh materialized view w")).toMatch(/that needs a unique index/);
  },
);
