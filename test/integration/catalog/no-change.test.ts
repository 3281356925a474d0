import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { readCatalog, readDetector, readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { MATRIX_BASE } from "./matrix.js";
import { withSession } from "./with-session.js";

const NO_CHANGES: readonly string[] = [
  "insert into app.users (email) values ('a'); update app.users set quota = 3; delete from app.users",
  "analyze",
  "vacuum app.users",
  "drop index app.orders_user; create index orders_user on app.orders (user_id, placed_at desc)",
  "alter table app.users rename to people; alter table app.people rename to users",
  "alter table app.users add spare int; alter table app.users drop spare",
  "grant select on app.users to public; revoke select on app.users from public",
  "drop view app.active; create view app.active as select id, email from app.users where quota > 0",
];

/** Names that break whatever is put together carelessly. */
const HOSTILE = ['"; DROP TABLE x; --', "new\nline", "😀", "a".repeat(63), "comma,(paren)", "back\\slash", "$tenant"];

describe.each(["15", "18"] as const)("what is no change, PostgreSQL %s", (major) => {
  it("raises nothing", async () => {
    const database = await temporaryDatabase(major, MATRIX_BASE);
    const before = await withSession(database, (session) => readCatalog(session, null));
    for (const sql of NO_CHANGES) {
      await database.client.query(sql);
      const after = await withSession(database, (session) => readCatalog(session, null));
      expect(compareCatalogs(after, before), sql).toMatchObject({ equal: true, differences: [] });
      expect(fingerprint(after), sql).toBe(fingerprint(before));
    }
  });

  it("leaves the change detector alone where only rows and statistics move", async () => {
    const database = await temporaryDatabase(major, MATRIX_BASE);
    const read = () => withSession(database, (session) => readDetector(session, null));
    const before = await read();
    for (const sql of NO_CHANGES.slice(0, 3)) await database.client.query(sql);
    expect(await read()).toBe(before);
  });

  it("reads hostile names as names, and repairs what bears them", async () => {
    const script = HOSTILE.map((name) => `"${name.replaceAll('"', '""')}"`)
      .map(
        (name) =>
          `create schema ${name}; create table ${name}.${name} (${name} int default 1 check (${name} > 0)); create index on ${name}.${name} (${name}); comment on column ${name}.${name}.${name} is E'it''s\\n"x"'`,
      )
      .join(";\n");
    const full = await temporaryDatabase(major, script);
    const empty = await temporaryDatabase(major);
    const declared = await withSession(full, (session) => readCatalog(session, null));
    const actual = await withSession(empty, (session) => readCatalog(session, null));
    const { differences } = compareCatalogs(actual, declared);
    const order = ["schema", "table"];
    const repairs = differences.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    for (const { repair } of repairs) await empty.client.query(repair ?? "select 'no repair'::int");
    expect((await withSession(empty, (session) => readFingerprint(session, null))).fingerprint).toBe(
      fingerprint(declared),
    );
  });

  it("needs no more than CONNECT", async () => {
    const database = await temporaryDatabase(major, MATRIX_BASE);
    const owner = await withSession(database, (session) => readFingerprint(session, null));
    const role = `reader_${database.name}`;
    await onServer(major, `create role ${role} login password 'p'`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = "p";
      await withSession({ ...database, url: url.href }, async (session) => {
        expect((await readFingerprint(session, null)).fingerprint).toBe(owner.fingerprint);
        expect(await readDetector(session, null)).toMatch(/^[0-9a-f]{32}$/);
      });
    } finally {
      await onServer(major, `drop role ${role}`);
    }
  });
});

const hasDump = spawnSync("pg_dump", ["--version"]).status === 0;
if (!hasDump) console.warn("dump and restore are not compared: no pg_dump on this machine");

it.skipIf(!hasDump)("gives a dumped and restored database the same fingerprint", async () => {
  const database = await temporaryDatabase("15", MATRIX_BASE);
  const copy = await temporaryDatabase("15");
  const dump = spawnSync("pg_dump", ["-s", database.url], { encoding: "utf8", maxBuffer: 1 << 26 });
  expect(dump.stderr).toBe("");
  await copy.client.query(dump.stdout.replaceAll(/^\\.*$/gm, ""));
  const [a, b] = await Promise.all(
    [database, copy].map((each) => withSession(each, (session) => readCatalog(session, null))),
  );
  if (!a || !b) throw new Error("two catalogs were read");
  expect(compareCatalogs(b, a).differences).toEqual([]);
  expect(fingerprint(b)).toBe(fingerprint(a));
});
