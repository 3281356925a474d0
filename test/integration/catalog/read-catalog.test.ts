import { describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { readCatalog, readDetector, readFingerprint, readStatistics } from "../../../lib/steps/catalog/read-catalog.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { withSession } from "./with-session.js";

const SCHEMA = `create schema app;
create table app.users (id bigint generated always as identity primary key, email text not null unique, quota int);
create index users_quota on app.users (quota) where quota > 0;
create view app.active as select id, email from app.users where quota > 0;`;

describe.each(["15", "18"] as const)("reading a catalog, PostgreSQL %s", (major) => {
  it("gives two databases of one script one fingerprint, and sees a dropped index", async () => {
    const a = await temporaryDatabase(major, SCHEMA);
    const b = await temporaryDatabase(major, `create table public.other (x int); drop table public.other; ${SCHEMA}`);
    const first = await withSession(a, (session) => readCatalog(session, null));
    expect((await withSession(b, (session) => readFingerprint(session, null))).fingerprint).toBe(fingerprint(first));
    await b.client.query("drop index app.users_quota");
    const second = await withSession(b, (session) => readCatalog(session, null));
    expect(fingerprint(second)).not.toBe(fingerprint(first));
    expect(compareCatalogs(second, first).differences).toMatchObject([
      { change: "missing", kind: "index", subject: "app.users.users_quota", severity: "warning" },
    ]);
  });

  it("tells by the detector that something was changed, and reads statistics", async () => {
    const database = await temporaryDatabase(major, SCHEMA);
    await withSession(database, async (session) => {
      const before = await readDetector(session, null);
      await database.client.query("analyze");
      expect(await readDetector(session, null)).toBe(before);
      await database.client.query("alter table app.users alter quota set not null");
      expect(await readDetector(session, null)).not.toBe(before);
      expect(await readStatistics(session, null)).toMatchObject({ tables: [{ schema: "app", name: "users" }] });
    });
  });
});

it("gives the same schema the same fingerprint on 15 and 18", async () => {
  const prints = await Promise.all(
    (["15", "18"] as const).map(async (major) => {
      const database = await temporaryDatabase(major, SCHEMA);
      return withSession(database, async (session) => (await readFingerprint(session, null)).fingerprint);
    }),
  );
  expect(prints[0]).toBe(prints[1]);
});
