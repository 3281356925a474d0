import { describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { readCatalog, readDetector, readFingerprint, readStatistics } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS, SERVERS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { withSession } from "./with-session.js";

const SCHEMA = `create schema app;
create table app.users (id bigint generated always as identity primary key, email text not null unique, quota int);
create index users_quota on app.users (quota) where quota > 0;
create view app.active as select id, email from app.users where quota > 0;`;

describe.each(MAJORS)("reading a catalog, PostgreSQL %s", (major) => {
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

  it("counts scans as the server's own view does", async () => {
    const database = await temporaryDatabase(major, `${SCHEMA} create table app.bare (a int)`);
    await database.client.query(
      "set enable_seqscan = off; select from app.users where id = 1; select from app.users where quota = 1; reset enable_seqscan; select from app.users; select from app.bare",
    );
    const view = async () => {
      const { rows } = await database.client.query<{ name: string; seq: number; idx: number }>(
        "select relname as name, seq_scan::int as seq, coalesce(idx_scan, 0)::int as idx from pg_stat_user_tables order by 1",
      );
      return rows.map(({ name, seq, idx }) => [name, seq, idx]);
    };
    // A backend reports its counts when it has been idle for a second.
    await expect.poll(async () => (await view())[1]?.[2], { timeout: 20_000, interval: 300 }).toBeGreaterThan(0);
    const { tables } = await withSession(database, (session) => readStatistics(session, null));
    expect(tables.map((table) => [table.name, table.sequentialScans, table.indexScans])).toEqual(await view());
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

it(`takes the same schema for equal on ${SERVERS.join(", ")}`, async () => {
  const catalogs = await Promise.all(
    SERVERS.map(async (major) => {
      const database = await temporaryDatabase(major, SCHEMA);
      return withSession(database, (session) => readCatalog(session, null));
    }),
  );
  for (const a of catalogs) for (const b of catalogs) expect(compareCatalogs(a, b).differences).toEqual([]);
  // Up to 14 everyone may create in the schema public.
  const since15 = catalogs.filter(({ serverVersion }) => serverVersion >= 150_000);
  expect(new Set(since15.map(fingerprint)).size).toBe(1);
});

it("says what is the version's own between 15 and 18, and takes it for drift within one", async () => {
  const extension = (version: string) => `${SCHEMA} create extension citext with schema app version '${version}'`;
  const [older, newer, same] = await Promise.all(
    (
      [
        ["15", "1.5"],
        ["18", "1.6"],
        ["15", "1.6"],
      ] as const
    ).map(async ([major, version]) => {
      const database = await temporaryDatabase(major, extension(version));
      return withSession(database, (session) => readCatalog(session, null));
    }),
  );
  if (!older || !newer || !same) throw new Error("three catalogs were read");
  const version = { kind: "extension", subject: "citext", attribute: "version" };
  const across = compareCatalogs(newer, older);
  expect(across).toMatchObject({ equal: true, versionOwn: expect.arrayContaining([expect.objectContaining(version)]) });
  expect(compareCatalogs(same, older)).toMatchObject({ equal: false, differences: [version], versionOwn: [] });
});

it("says what is there and not compared", async () => {
  const database = await temporaryDatabase("18", "select lo_create(0)");
  await database.client.query(`grant connect on database ${database.name} to public`);
  await database.client.query(
    "create foreign data wrapper w; create server s foreign data wrapper w options (password 'secret')",
  );
  const catalog = await withSession(database, (session) => readCatalog(session, null));
  expect(catalog.unseen).toEqual([
    expect.stringContaining("grants on the database itself"),
    expect.stringContaining("large objects"),
    expect.stringContaining("secrets by their name"),
  ]);
  expect(JSON.stringify(catalog.objects)).not.toContain("secret'");
});
