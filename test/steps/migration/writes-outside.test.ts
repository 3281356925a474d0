import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { insideTenant } from "../../../lib/steps/migration/inside-tenant.js";
import { LeftTenant, stayInside } from "../../../lib/steps/migration/stay-inside.js";
import { KEEPS, LEAVES, SETUP, SHARED_KEEPS, SHARED_LEAVES, USES } from "../../support/around-a-tenant.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const settings = { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 };

/** As a block with a handler runs it: in a transaction of its own within the other. */
const within = (sql: string) =>
  `do $x$ begin begin execute ${quoted(sql)}; exception when division_by_zero then null; end; end $x$`;
const quoted = (sql: string) => `'${sql.replaceAll("'", "''")}'`;

describe.each(MAJORS)("what a transaction of the rollout changes, on %s", (major) => {
  /** What each statement is stopped for, null if it is not: once as it is, once within a block. */
  async function stopped(schema: string, statements: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const { url, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const session = await testSession(url);
    const scope = { schema, settings };
    const found = new Map<string, string | null>();
    for (const sql of statements.flatMap((each) => [each, within(each)])) {
      session.lookUpIn(schema, ["public"]);
      await session.execute("begin");
      const work = async () => {
        await session.execute(sql);
        await stayInside(session, scope);
      };
      const error = await insideTenant(session, scope, [sql], work).then(
        () => null,
        (thrown: Error) => thrown,
      );
      await session.script("rollback");
      found.set(
        sql,
        error instanceof LeftTenant || error === null ? (error?.message ?? null) : `cannot be tried: ${error}`,
      );
    }
    return found;
  }

  it("stops each that changes what is not the tenant's", async () => {
    for (const [sql, reason] of await stopped("acme", LEAVES))
      expect.soft(`${reason}`, sql).toMatch(/^it (changes|touches) .*not the tenant's$/);
  }, 900_000);

  it("stops none that changes only the tenant's", async () => {
    for (const [sql, reason] of await stopped("acme", [...KEEPS, ...USES])) expect.soft(reason, sql).toBeNull();
  }, 900_000);

  it("stops a tenant's own function that does in this tenant what it did not do on the clone", async () => {
    const { url, client } = await temporaryDatabase(
      major,
      `${SETUP}; create table acme.jobs (sql text); insert into acme.jobs values ('drop function initech.diff'), ('alter type initech.mood add value ''mad'''), ('comment on type initech.mood is ''x''');
       create function acme.tidy() returns void language plpgsql as $$ declare j text; begin for j in select sql from acme.jobs loop execute j; end loop; end $$`,
    );
    const said = await applyMigration(await testSession(url), {
      migration: testMigration("alter table log add column at timestamptz; select tidy()"),
      ledger: null,
      isolation: "read committed",
      settings,
      schema: "acme",
      keep: [],
      clock: testClock,
    }).then(
      () => "",
      ({ message }: Error) => message,
    );
    expect(said).toMatch(
      /^it changes .*an object in the schema initech \(pg_(type|proc)\).*, which is not the tenant's$/,
    );
    const { rows } = await client.query(
      `select obj_description('initech.mood'::regtype) as comment, to_regproc('initech.diff')::text as diff, enum_range(null::initech.mood)::text as moods,
        (select count(*)::int from pg_attribute where attrelid = 'acme.log'::regclass and attname = 'at') as columns`,
    );
    expect(rows).toEqual([{ comment: null, diff: "initech.diff", moods: "{sad,glad}", columns: 0 }]);
  }, 60_000);

  it("stops none for what another session commits meanwhile", async () => {
    const { url, client } = await temporaryDatabase(major, SETUP);
    const session = await testSession(url);
    session.lookUpIn("acme", ["public"]);
    await session.execute("begin");
    await insideTenant(session, { schema: "acme", settings }, ["drop function trg() cascade"], async () => {
      await session.execute("alter function peek() cost 3");
      await client.query(`alter function initech.peek() cost 3; create function initech.more() returns int language sql as 'select 1'; drop function initech.imm;
        comment on type initech.mood is 'x'; grant select (name) on initech.usr to pg_monitor; create publication own for table initech.log`);
      await session.execute("drop function trg() cascade");
      await stayInside(session, { schema: "acme", settings });
    });
    await session.script("commit");
  }, 60_000);

  it("lets a release of shared objects change those, and no tenant's", async () => {
    for (const [sql, reason] of await stopped("public", SHARED_KEEPS)) expect.soft(reason, sql).toBeNull();
    for (const [sql, reason] of await stopped("public", SHARED_LEAVES))
      expect.soft(`${reason}`, sql).toMatch(/^it (changes|touches) /);
  }, 900_000);
});
