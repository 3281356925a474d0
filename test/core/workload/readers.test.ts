import { beforeAll, describe, expect, it } from "vitest";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { loadRustParser } from "../../../lib/core/rust/syntax/parse-rust.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { mergeWorkloads, workloadOf } from "../../../lib/core/workload/merge.js";
import { readQuery } from "../../../lib/core/workload/read-query.js";
import { readApplication, readSqlFiles } from "../../../lib/core/workload/read-sources.js";
import { workloadSchema } from "../../../lib/core/workload/workload.js";

beforeAll(async () => {
  await loadParser();
  await loadRustParser();
});

const file = (path: string, text: string) => readSourceFile({ path, bytes: Buffer.from(text) }).file;
const source = { kind: "sql", place: "q.sql:1" } as const;
const reasonOf = (text: string) => {
  const found = readQuery({ text, source });
  return "reason" in found ? found.reason : null;
};

describe("what is no query has a reason", () => {
  it.each([
    ["vacuum t", "utility"],
    ["create temp table x as select 1", "utility"],
    ["select 1 into x", "utility"],
    ["begin", "utility"],
    ["select a from t where", "truncated"],
    ["select a from t where b = 'unfini", "truncated"],
    ["select a from t where b = $tag$ unfini", "truncated"],
    ["insert into t values (1,", "truncated"],
    ["hello world", "not-sql"],
    ["select from from", "not-sql"],
    ["", "not-sql"],
    ["select 1; select 2", "several-statements"],
    ["select * from pg_temp.x", "temporary-table"],
    ["select * from other.public.t", "other-database"],
    ["select * from pg_class join pg_catalog.pg_namespace n on true", "system-catalog"],
    ["<insufficient privilege>", "hidden"],
  ])("%s", (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it.each([
    "select 1",
    "with x as (select 1) select * from x",
    "merge into t using s on t.a = s.a when matched then delete",
  ])("%s is one", (text) => expect(reasonOf(text)).toBe(null));

  it("knows the temporary tables that the workload makes itself", () => {
    const workload = readSqlFiles(
      [file("q.sql", "create temp table work (a int); insert into work values (1); select a from t")],
      null,
    );
    expect(workload.queries.map(({ text }) => text)).toEqual(["select a from t"]);
    expect(workload.unexamined.map(({ reason, places }) => [reason, places])).toEqual([
      ["temporary-table", ["q.sql:1"]],
      ["utility", ["q.sql:1"]],
    ]);
  });
});

describe("Rust code", () => {
  const code = `
    const SQL: &str = "select c from consts where a = 'x'";
    const WORD: &str = "update available";
    async fn f(pool: &PgPool, name: &str) -> Result<()> {
        sqlx::query!("select a from t where b = $1", name).fetch_one(pool).await?;
        sqlx::query_as!(Row, r#"select "a" as "a!" from t where b = 5"#).fetch_all(pool).await?;
        query_scalar!("select count(*) " + "from t", name);
        sqlx::query::<Postgres>("insert into t (a) values ($1)").bind(1).execute(pool).await?;
        client.query_opt(&"delete from t where a = $1", &[&1]).await?;
        assert_eq!(1, sqlx::query_scalar("select count(*) from asserted").fetch_one(pool).await?);
        sqlx::query(&format!("select a from {} where b = $1", table));
        sqlx::query_file!("queries/big.sql", name);
        sqlx::query_file!("queries/missing.sql");
        let mut builder = QueryBuilder::new("select a from built where ");
        println!("select your option from the menu");
        map.query("select");
    }
    #[cfg(test)]
    mod checks { fn t() { sqlx::query("select a from only_in_tests"); } }
    mod tests { fn t() { sqlx::query("select a from only_in_tests"); } }
  `;

  it("gives the SQL of macros, calls and constants, and names what it cannot see", () => {
    const workload = readApplication(
      [file("src/a.rs", code), file("queries/big.sql", "select big from t -- 1\n")],
      "v1",
    );
    expect(workload.queries.map(({ text, sources }) => `${sources[0]?.place} ${text}`).sort()).toEqual([
      "queries/big.sql select big from t",
      "src/a.rs:10 select count(*) from asserted",
      "src/a.rs:2 select c from consts where a = $1",
      "src/a.rs:5 select a from t where b = $1",
      'src/a.rs:6 select "a" as "a!" from t where b = ($1::int4)',
      "src/a.rs:7 select count(*) from t",
      "src/a.rs:8 insert into t (a) values ($1)",
      "src/a.rs:9 delete from t where a = $1",
    ]);
    expect(workload.queries.every(({ versions }) => versions.join() === "v1")).toBe(true);
    expect(workload.unexamined).toEqual([
      { reason: "built-at-run-time", count: 2, calls: null, places: ["src/a.rs:11", "src/a.rs:14"] },
      { reason: "unreadable", count: 1, calls: null, places: ["src/a.rs:13 (queries/missing.sql)"] },
    ]);
  });

  it("says where a query builder hides its queries", () => {
    expect(
      readApplication([file("src/a.rs", "use diesel::prelude::*;\nfn f() { users.load(c); }")], null).unexamined,
    ).toEqual([{ reason: "query-builder", count: 1, calls: null, places: ["src/a.rs:2 (diesel)"] }]);
  });
});

describe("sqlx's own record", () => {
  const one = (query: string, extra: object = {}) =>
    JSON.stringify({
      db_name: "PostgreSQL",
      query,
      describe: { columns: [], parameters: { Left: ["Int4", "TextArray"] }, nullable: [] },
      ...extra,
    });

  it("is read with the types of the parameters, in both of its forms", () => {
    const old = JSON.stringify({
      db: "PostgreSQL",
      abc: { query: "select 2 from u", describe: { parameters: { Left: [] } } },
    });
    const workload = readApplication(
      [file(".sqlx/query-1.json", one("select a from t where b = $1 and c = any($2)")), file("sqlx-data.json", old)],
      null,
    );
    expect(workload.queries.map(({ text, parameters }) => [text, parameters]).sort()).toEqual([
      ["select ($1::int4) from u", null],
      ["select a from t where b = $1 and c = any($2)", ["int4", "text[]"]],
    ]);
  });

  it("knows types of the database's own by their names", () => {
    const types = [
      { Custom: { name: "Mood", kind: { Enum: ["sad"] } } },
      { Custom: { name: "mood[]", kind: {} } },
      "Int4",
    ];
    const text = one("select $1, $2, $3 from t", {
      describe: { columns: [], parameters: { Left: types }, nullable: [] },
    });
    expect(readApplication([file(".sqlx/query-1.json", text)], null).queries[0]?.parameters).toEqual([
      '"Mood"',
      '"mood"[]',
      "int4",
    ]);
  });

  it("names what is no record of PostgreSQL", () => {
    const { unexamined } = readApplication(
      [
        file(".sqlx/query-1.json", "{"),
        file(".sqlx/query-2.json", one("select ?", { db_name: "MySQL" })),
        file(".sqlx/query-3.json", "{}"),
      ],
      null,
    );
    expect(unexamined.map(({ reason, places }) => [reason, places])).toEqual([
      ["other-database", [".sqlx/query-2.json"]],
      ["unreadable", [".sqlx/query-1.json", ".sqlx/query-3.json"]],
    ]);
  });
});

describe("several workloads as one", () => {
  const seen = (text: string, more: object) => workloadOf([readQuery({ text, source, ...more })]);

  it("adds up calls, joins versions and takes the role that the server knows", () => {
    const merged = mergeWorkloads([
      seen("select a from t where b = $1", { version: "v1", numberedByServer: false }),
      seen("select a from t where b = $1", { role: "app", calls: 30, callsPerHour: 3, meanMs: 2, rows: 30 }),
      seen("SELECT a FROM t WHERE b = 'secret'", { role: "app", calls: 10, callsPerHour: 1, meanMs: 6, rows: 10 }),
    ]);
    expect(merged.queries).toHaveLength(1);
    expect(merged.queries[0]).toMatchObject({
      role: "app",
      versions: ["v1"],
      calls: 40,
      callsPerHour: 4,
      meanMs: 3,
      rows: 40,
    });
    expect(JSON.stringify(merged)).not.toContain("secret");
    expect(workloadSchema.parse(merged)).toEqual(merged);
  });

  it("keeps one for each list of types that versions declare, and lets what declares none join its version's", () => {
    const of = (version: string | null, type: string | null, calls: number | null = null) =>
      workloadOf([
        readQuery({
          text: "select a from t where b = $1",
          version,
          calls,
          parameters: type === null ? null : [type],
          source: { kind: "sqlx", place: `${version} ${type}` },
        }),
      ]);
    const merged = mergeWorkloads([
      of(null, null, 5),
      of("v2", null),
      of("v3", null),
      of("v1", "bool"),
      of("v2", "mood"),
    ]);
    expect(
      merged.queries.map(({ parameters, versions, calls }) => ({ parameters, versions, calls })).sort(byVersions),
    ).toEqual([
      { parameters: ["bool"], versions: ["v1"], calls: 5 },
      { parameters: ["mood"], versions: ["v2"], calls: null },
      { parameters: null, versions: ["v3"], calls: null },
    ]);
  });

  it("counts what comes after the first 100,000 queries, the busiest first", () => {
    const [one] = seen("select 1", { calls: 5 }).queries;
    if (!one) throw new Error("a query is one");
    const many = Array.from({ length: 100_002 }, (_, at) => ({
      ...one,
      id: at.toString(16).padStart(16, "0"),
      calls: at,
    }));
    const merged = mergeWorkloads([{ ...seen("select 1", {}), queries: many }]);
    expect([merged.queries.length, merged.queries[0]?.calls]).toEqual([100_000, 100_001]);
    expect(merged.unexamined).toEqual([{ reason: "beyond-limit", count: 2, calls: 1, places: ["q.sql:1"] }]);
  });

  it("keeps one for each role that runs it", () => {
    const merged = mergeWorkloads([
      seen("select 1", { role: "a" }),
      seen("select 1", { role: "b" }),
      seen("select 1", { version: "v1" }),
    ]);
    expect(merged.queries.map(({ role, versions }) => [role, versions])).toEqual([
      ["a", ["v1"]],
      ["b", ["v1"]],
    ]);
  });
});

function byVersions(a: { readonly versions: readonly string[] }, b: { readonly versions: readonly string[] }): number {
  return a.versions.join() < b.versions.join() ? -1 : 1;
}
