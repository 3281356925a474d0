import { beforeAll, describe, expect, it } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import type { Migration } from "../../../lib/core/migration/release.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { DatabaseError } from "../../../lib/ports/database.js";
import { testMigration } from "../../support/migration.js";
import type { Major } from "../../support/postgres.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const prove = (major: Major, setup: string, migrations: readonly Migration[], thorough = true) =>
  proveOnClones(major, setup, migrations, { thorough });

const USERS = `create table users (id int primary key, name text not null default 'x', age int);
  insert into users select i, 'n' || i, i from generate_series(1, 20) i;`;

describe.each(["15", "18"] as const)("proveOnClone on %s", (major) => {
  it("proves a release of several migrations, author's downs and inverses mixed", async () => {
    const proof = await prove(major, USERS, [
      testMigration(
        "alter table users add column email text; update users set email = name || '@x'; alter table users alter email set not null",
        "alter table users drop column email",
        "1",
      ),
      testMigration("create unique index users_email on users (email); alter table users drop column age", null, "2"),
    ]);
    expect(proof.findings.filter(({ severity }) => severity !== "note")).toEqual([]);
    expect(proof.rollbacks.map(({ verdict, candidate }) => [candidate?.source, verdict])).toEqual([
      ["author", "exact"],
      // PostgreSQL adds a column at the end; that is said, not hidden.
      ["inverse", "order"],
    ]);
    expect(proof).toMatchObject({ passed: true, upAgain: true, rerun: { outcome: "fails" } });
    expect(proof.resumes.map(({ state }) => state)).toEqual(["old", "old", "old", "old", "old"]);
  });

  it.each([
    ["a column that a loop may have renamed", "alter table users rename column %I to other"],
    ["a column that a loop converted", "alter table users alter column %I type int using length(spare)"],
  ])("believes no way back of %s, though this clone had no values there", async (_, sql) => {
    const setup = `${USERS} alter table users add column spare text`;
    const up = `do $$ declare c text; begin for c in select 'spare' loop execute format('${sql}', c); end loop; end $$`;
    const proof = await prove(major, setup, [testMigration(up)]);
    expect(proof.passed).toBe(false);
    expect(proof.rollbacks[0]?.candidate).toBeNull();
    expect(proof.rollbacks[0]?.trials.flatMap(({ differences }) => differences).join()).toContain("public.users.spare");
    expect(proof.findings.map(({ code }) => code)).toContain("rollback.impossible");
  });

  it("counts the copies that the way back needs: their time, and that nobody writes to the table meanwhile", async () => {
    const up =
      "alter table users add column mail text; update users set name = upper(name); alter table users drop column age";
    const { statements } = await prove(major, USERS, [testMigration(up)], false);
    expect(statements.map(({ kept }) => kept)).toEqual([[], ["public.users"], ["public.users"]]);
    const copying = statements.map(({ locks }) => locks.find(({ mode }) => mode === "ShareRowExclusiveLock"));
    expect(copying.map((lock) => lock?.table)).toEqual([undefined, "public.users", "public.users"]);
    const [first, second, third] = statements;
    if (!first || !second || !third) throw new Error("three statements");
    // Every lock is held until the one commit, with all the copying that comes before it.
    const commit = third.startMs + third.ms;
    for (const { locks } of statements)
      for (const lock of locks) expect(lock.toMs).toBeGreaterThanOrEqual(commit - 0.001);
    expect(second.startMs).toBeGreaterThanOrEqual(first.startMs + first.ms);
    expect(third.startMs).toBeGreaterThanOrEqual(second.startMs + second.ms);
  });

  it("tells an author's down that loses rows, and takes the inverse in its place", async () => {
    const proof = await prove(major, USERS, [
      testMigration("alter table users drop column age", "alter table users add column age int"),
    ]);
    const [rollback] = proof.rollbacks;
    expect(rollback?.trials.map(({ source, verdict }) => [source, verdict])).toEqual([
      ["author", "differs"],
      ["inverse", "exact"],
    ]);
    expect(proof.findings).toMatchObject([{ code: "rollback.author-down", severity: "warning" }]);
    expect(proof.passed).toBe(true);
  });

  it("falls back to the difference of the schemas for what has no inverse", async () => {
    const proof = await prove(
      major,
      `${USERS} create type mood as enum ('a', 'b'); create table m (v mood); insert into m values ('a')`,
      [
        testMigration(
          "do $$ begin execute concat('create function f() returns int language sql as ''select 1''', left(current_user, 0)); end $$",
        ),
      ],
    );
    expect(proof.rollbacks).toMatchObject([{ verdict: "exact", candidate: { source: "difference" } }]);
    expect(proof.passed).toBe(true);
  });

  it("has no way back where the generator of differences does not know the server, and says so", async () => {
    const capture = async () => Promise.reject(new DatabaseError("column s.subbinary does not exist", "42703"));
    const loop =
      "for c in select 'spare' loop execute format('alter table users rename column %I to other', c); end loop";
    const proof = await proveOnClones(
      major,
      `${USERS} alter table users add spare text`,
      [testMigration(`do $$ declare c text; begin ${loop}; end $$`)],
      {
        thorough: false,
        difference: { ...schemaDifference, capture },
      },
    );
    expect(proof.rollbacks).toMatchObject([{ verdict: "error", candidate: null }]);
    expect(proof.rollbacks[0]?.trials.at(-1)).toMatchObject({
      source: "difference",
      verdict: "error",
      differences: ["column s.subbinary does not exist [42703]"],
    });
    expect(proof.passed).toBe(false);
  });

  it("measures locks, rewrites, scans and rows", async () => {
    const proof = await prove(major, USERS, [
      testMigration(
        "alter table users alter id type bigint; update users set age = age + 1 where id < 5; create index on users (age)",
      ),
    ]);
    const [change, update, index] = proof.statements;
    expect(change).toMatchObject({
      rewrites: ["public.users"],
      locks: expect.arrayContaining([expect.objectContaining({ table: "public.users", mode: "AccessExclusiveLock" })]),
    });
    expect(update?.written).toEqual([{ table: "public.users", inserted: 0, updated: 4, deleted: 0 }]);
    expect(index?.rewrites).toEqual([]);
    const [lock] = change?.locks ?? [];
    expect(lock?.toMs).toBeGreaterThanOrEqual((index?.startMs ?? 0) + (index?.ms ?? 0));
    expect(proof.rows).toMatchObject([{ table: "public.users", before: 20, after: 20, changed: true }]);
  });

  it("counts no lock on a table that the release makes, and no rewrite, in whichever migration", async () => {
    const proof = await prove(major, USERS, [
      testMigration(
        "create table a (id int primary key); create table b (a int); alter table b add foreign key (a) references a; create materialized view seen as select id from users with no data; refresh materialized view seen",
      ),
      {
        ...testMigration(
          "create index on b (a); alter table b add u int; alter table users rename to people; create index on people (age)",
        ),
        version: "2",
      },
    ]);
    const locked = proof.statements.flatMap(({ locks }) => locks.map(({ table }) => table));
    expect([...new Set(locked)]).toEqual(["public.users", "public.people"]);
    expect(proof.statements.flatMap(({ rewrites }) => rewrites)).toEqual([]);
  });

  it("resumes what runs outside transactions", async () => {
    const proof = await prove(major, USERS, [
      testMigration("create table a (i int); create index concurrently u on users (age); create table b (i int)"),
    ]);
    expect(proof.findings).toEqual([]);
    expect(proof.resumes.map(({ state }) => state)).toEqual(["old", "resumed", "resumed"]);
    expect(proof.passed).toBe(true);
  });

  it.each([
    ["COMMIT inside", "create table a (i int); commit; create table b (i int)", "dry-run.transaction-control"],
    ["psql meta-commands", "create table a (i int);\n\\copy a from 'x'\n", "dry-run.unreadable"],
    ["DROP DATABASE", "drop database postgres", "dry-run.beyond-database"],
    ["a failing statement", "create table a (i int); select 1 / 0", "dry-run.failed"],
  ])("refuses %s, and leaves no clone behind", async (_, sql, code) => {
    const proof = await prove(major, USERS, [testMigration(sql)]);
    expect(proof.passed).toBe(false);
    expect(proof.findings.map((finding) => finding.code)).toContain(code);
  });
});
