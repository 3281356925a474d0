import { describe, expect, it, onTestFinished } from "vitest";
import { blocks } from "../../../lib/core/finding.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { replayMigration } from "../../../lib/steps/migration/replay-migration.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { Gate } from "../../support/gate.js";
import { testClock } from "../../support/migration.js";
import { createDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

/** What a tenant has, and a release that runs on it. */
const FORMS: Readonly<Record<string, readonly [string, string]>> = {
  "NOT NULL without a default where every tenant's table is empty (SG001)": [
    "create table notes (id int primary key)",
    "alter table notes add column body text not null",
  ],
  "scans of a table that was never analyzed, whose size is its file's": [
    "create table notes (id int primary key, body text); insert into notes select i, 'b' from generate_series(1, 500) i",
    `alter table notes add column n int; alter table notes alter column body set not null; update notes set n = id`,
  ],
  "default privileges of each kind": [
    "create table notes (id int primary key)",
    `alter default privileges in schema public grant select on tables to pg_monitor;
     alter default privileges in schema public revoke execute on functions from public;
     alter default privileges in schema public grant execute on functions to pg_monitor;
     alter default privileges in schema public grant usage on types to pg_monitor;
     alter default privileges revoke usage on types from public; alter default privileges revoke execute on functions from public`,
  ],
};

describe("a release that runs passes, is rolled out and taken back", { timeout: 240_000 }, () => {
  it.each(Object.entries(FORMS))("%s", async (_, [history, release]) => {
    const convention = "flyway";
    const files = [history, release].map((sql, at) => ({ path: `V${at + 1}__step.sql`, bytes: Buffer.from(sql) }));
    const { migrations } = await readRelease(files, { application: false });
    const [first] = migrations;
    if (!first) throw new Error("the release was not read");
    const database = await createDatabase("18");
    await database.client.end();
    onTestFinished(() => database.drop());
    const inside = async <T>(work: (session: Awaited<ReturnType<typeof openTestSession>>) => Promise<T>) => {
      const session = await openTestSession(database.url, "write");
      return work(session).finally(() => session.close());
    };
    const common = { ledger: ledgerFor(convention), isolation: first.up.isolation, schema: null, keep: [] };
    await inside((session) =>
      replayMigration(session, { migration: first, ...common, settings: SETTINGS, clock: testClock }),
    );
    const before = await inside((session) => readState(session, null));
    const gate = new Gate([`acme,${database.url},`], convention);
    onTestFinished(() => gate.destroy());
    for (const { path, bytes } of files) gate.addFile(path, bytes);
    const { passed, findings } = await gate.ask();
    expect(findings.filter((each) => blocks([each])).map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(passed).toBe(true);
    expect(await gate.rollOut()).toMatchObject({ status: "passed" });
    expect(await gate.rollBack(["acme"])).toEqual([]);
    expect(compareStates(await inside((session) => readState(session, null)), before).differences).toEqual([]);
  });
});
