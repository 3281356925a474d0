import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const code = (body: string) =>
  `#[deploy_schema_migration]\npub async fn a(pool: &PgPool) -> Result<(), E> {\n${body}\nOk(())\n}`;

async function read(body: string, sql?: string) {
  return readRelease(filesOf({ "1_a.rs": code(body), ...(sql === undefined ? {} : { "1_a.up.sql": sql }) }));
}

const RUN = 'execute_migration_with_rollback(pool, "a", ISOLATION_LEVEL::RepeatableRead).await?;';

describe("SQL that migration code sends itself", () => {
  it("is read with its bound values", async () => {
    const { coverage, migrations } = await read(`
      sqlx::query("alter table t add column b int").execute(pool).await?;
      sqlx::query("update t set b = $1 where c = $2").bind(3).bind("x'y").execute(&mut *pool).await?;
      sqlx::query!("delete from t where b = $1", 4).execute(pool).await?;`);
    expect(coverage.pieces).toEqual([]);
    expect(migrations[0]?.up.statements.map(({ sql }) => sql)).toEqual([
      "alter table t add column b int",
      "update t set b = 3 where c = 'x''y'",
      "delete from t where b = 4",
    ]);
  });

  it("stands where it is sent, around the file beside the code", async () => {
    const { migrations } = await read(
      `sqlx::query("select 0").execute(pool).await?;\n${RUN}\nsqlx::query("select 9").execute(pool).await?;`,
      "select 1; select 2;",
    );
    expect(migrations[0]?.up.statements.map(({ sql, index }) => `${index} ${sql}`)).toEqual([
      "0 select 0",
      "1 select 1",
      "2 select 2",
      "3 select 9",
    ]);
    expect(migrations[0]?.up.isolation).toBe("repeatable read");
  });

  it("is opaque when its text or its values are known only when it runs", async () => {
    expect((await read("sqlx::query(&text()).execute(pool).await?;")).coverage.pieces).toHaveLength(1);
    expect(
      (await read('sqlx::query("update t set b = $1").bind(now()).execute(pool).await?;')).coverage.pieces,
    ).toHaveLength(1);
  });

  it("does not leave out the file next to it in silence", async () => {
    const { coverage } = await read('sqlx::query("select 1").execute(pool).await?;', "drop table t;");
    expect(coverage.pieces.map(({ reason }) => reason)).toEqual([
      "The code does not run the SQL next to it (1_a.up.sql)",
    ]);
  });
});
