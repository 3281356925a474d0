import { beforeAll, describe, expect, it } from "vitest";
import { refusalsOf } from "../../../lib/core/operations/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `
  create table blobs (id int primary key, body oid, bytes bytea);
  select lo_from_bytea(4711, 'kept');
  insert into blobs values (1, 4711, 'abc'), (2, null, 'def');
  create function store() returns void language sql as $$ select lo_put(4711, 0, 'lost') $$`;

/** Each changes what neither the schema nor a table's rows show; no way back undoes it. */
const LOST = [
  ["lo_put", "select lo_put(4711, 0, 'lost')", "The content of large object 4711"],
  ["lo_put beyond the end", "select lo_put(4711, 10, 'x')", "The content of large object 4711"],
  ["lo_truncate", "select lo_truncate(lo_open(4711, 131072), 1)", "The content of large object 4711"],
  ["lowrite", "select lowrite(lo_open(4711, 131072), 'zzzz')", "The content of large object 4711"],
  ["a call of a function that writes one", "select store()", "The content of large object 4711"],
  ["a block", "do $$ begin perform lo_put(4711, 0, 'lost'); end $$", "The content of large object 4711"],
  ["lo_unlink", "select lo_unlink(4711)", "The large object 4711 is gone."],
  ["lo_create", "select lo_create(4712)", "There is a large object 4712, and there was none."],
  [
    "an UPDATE that makes some",
    "update blobs set body = lo_from_bytea(0, bytes) where id = 2",
    "There is a large object",
  ],
  ["its grants", "grant select on large object 4711 to public", "The grants of large object 4711"],
  ["its comment", "comment on large object 4711 is 'mine'", "The comment of large object 4711"],
  [
    "its owner",
    "do $$ begin execute 'alter large object 4711 owner to ' || quote_ident('pg_monitor'); end $$",
    "The owner of large object 4711",
  ],
  [
    "grants on the database, whose name is found out",
    "do $$ begin execute format('grant create on database %I to public', current_database()); end $$",
    "The grants of the database",
  ],
] as const;

describe.each(["15", "18"] as const)("state beside schema and rows, on %s", (major) => {
  it.each(LOST)("is compared: %s", async (_, sql, difference) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.passed).toBe(false);
    expect(proof.rollbacks[0]?.candidate).toBeNull();
    expect(proof.rollbacks[0]?.differences.join(" ")).toContain(difference);
  });

  it.each([
    ["reading one", "create table copies as select lo_get(4711) as content"],
    ["one that is made and gone again", "select lo_create(99); select lo_unlink(99)"],
    ["leaving them alone", "alter table blobs add column note text"],
    ["creating a schema that there is", "create schema if not exists public; create table made (id int)"],
    [
      "replacing the schema public",
      "create schema mine; alter table blobs set schema mine; drop schema public cascade; create schema public",
    ],
  ])("is the same after %s", async (_, sql) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.rollbacks[0]).toMatchObject({ verdict: "exact" });
    expect(proof.upAgain).toBe(true);
  });
});

const VIEWS = `
  create table t (id int primary key, v text);
  insert into t values (1, 'a');
  create materialized view filled as select id, v from t;
  create unique index filled_id on filled (id);
  create materialized view hollow as select id from t with no data;
  create unique index hollow_id on hollow (id);
  comment on materialized view hollow is 'not yet'`;

describe.each(["15", "18"] as const)("whether a materialized view is filled, on %s", (major) => {
  it.each([
    ["DROP of an unfilled one", "drop materialized view hollow"],
    ["DROP of a filled one", "drop materialized view filled"],
    [
      "DROP CASCADE through another",
      "create materialized view upon as select id from hollow with no data; drop materialized view hollow cascade",
    ],
    ["REFRESH of an unfilled one", "refresh materialized view hollow"],
    ["REFRESH of a filled one", "refresh materialized view filled"],
    ["REFRESH CONCURRENTLY", "refresh materialized view concurrently filled"],
    ["REFRESH WITH NO DATA", "refresh materialized view filled with no data"],
    ["REFRESH WITH NO DATA of an unfilled one", "refresh materialized view hollow with no data"],
    ["a new definition, filled", "drop materialized view hollow; create materialized view hollow as select v from t"],
    [
      "a new definition, unfilled",
      "drop materialized view filled; create materialized view filled as select v from t with no data",
    ],
    ["emptied and filled again", "refresh materialized view filled with no data; refresh materialized view filled"],
    [
      "a new name, then filled",
      "alter materialized view hollow rename to full_now; refresh materialized view full_now",
    ],
    ["filled in a block", "do $$ begin refresh materialized view hollow; end $$"],
  ])("comes back: %s", async (_, sql) => {
    const proof = await proveOnClones(major, VIEWS, [testMigration(sql)], { thorough: false });
    expect(proof.rollbacks[0]?.trials.filter(({ verdict }) => verdict !== "exact")).toEqual([]);
    expect(proof.rollbacks[0]).toMatchObject({ verdict: "exact" });
    expect(proof.upAgain).toBe(true);
  });

  it("is told apart by the fingerprint", async () => {
    const empty = await proveOnClones(major, VIEWS, [testMigration("refresh materialized view hollow")]);
    expect(empty.after).not.toBe(empty.before);
  });
});

describe.each(["15", "18"] as const)("what costs time and no data, on %s", (major) => {
  const GATHERED = `create table t (id int primary key, a int, b int);
    insert into t select g, g % 3, g % 3 from generate_series(1, 200) g;
    create statistics together (dependencies, mcv) on a, b from t; analyze t`;

  it.each([
    ["alter table t alter a type bigint", ["t (a)", "together"]],
    ["alter table t alter a type text using a::text, alter b type bigint", ["t (a, b)", "together"]],
    ["alter table t drop column a", []],
    ["alter table t add column c int", []],
    ["alter table t alter a type bigint; analyze t", []],
  ])("%s", async (sql, said) => {
    const proof = await proveOnClones(major, GATHERED, [testMigration(sql)], { thorough: false });
    const messages = proof.findings
      .filter(({ code }) => code === "dry-run.statistics-discarded")
      .map(({ severity, message }) => `${severity} ${message}`);
    expect(messages).toHaveLength(said.length);
    expect(messages.filter((each) => !each.startsWith("note "))).toEqual([]);
    for (const words of said) expect(messages.join("\n")).toContain(words);
  });

  it("an advisory lock that stays with the session is a warning, one that ends with the transaction is not", async () => {
    const prove = async (sql: string) => {
      const proof = await proveOnClones(major, GATHERED, [testMigration(sql)], { thorough: false });
      return proof.findings.filter(({ code }) => code === "dry-run.advisory-lock-left");
    };
    expect(await prove("select pg_advisory_lock(7)")).toMatchObject([{ severity: "warning" }]);
    expect(await prove("select pg_advisory_lock(7); select pg_advisory_unlock(7)")).toEqual([]);
    expect(await prove("select pg_advisory_xact_lock(7)")).toEqual([]);
  });
});

/** On a clone these would change the real database, role or server of that name. */
describe("what reaches beyond the database is not run", () => {
  it.each([
    "comment on database app is 'x'",
    "comment on role app is 'x'",
    "comment on tablespace fast is 'x'",
    "security label on role app is 'x'",
    "grant connect on database app to public",
    "revoke temporary on database app from public",
    "grant create on tablespace fast to public",
    "grant set on parameter work_mem to public",
    "drop owned by app",
    "reassign owned by app to other",
    "do $$ begin drop owned by app; end $$",
    "create tablespace fast location '/fast'",
    "drop tablespace fast",
    "alter tablespace fast set (random_page_cost = 1)",
    "alter tablespace fast rename to faster",
    "alter database app refresh collation version",
    "update pg_database set datconnlimit = 5",
    "delete from pg_catalog.pg_db_role_setting",
    "insert into pg_shdescription values (1, 1, 'x')",
    "do $$ begin update pg_tablespace set spcoptions = null; end $$",
    "select pg_replication_origin_create('o')",
    "select pg_copy_logical_replication_slot('a', 'b')",
    "select pg_logical_emit_message(false, 'a', 'b')",
    "select pg_create_restore_point('x')",
    "select pg_sync_replication_slots()",
    "select pg_stat_reset_slru('Notify')",
    "select pg_file_rename('a', 'b')",
    "select public.dblink_send_query('c', 'delete from t')",
    "select binary_upgrade_set_next_pg_type_oid(1)",
  ])("%s", (sql) => {
    expect(refusalsOf(testMigration(sql))).toMatchObject([{ code: "dry-run.beyond-database" }]);
  });

  it.each([
    "comment on table t is 'x'",
    "grant select on table t to public",
    "comment on large object 1 is 'x'",
    "update tenant.pg_database set a = 1",
    "create table copies as select * from pg_database",
    "create function f() returns void language plpgsql as $$ begin drop owned by app; end $$",
  ])("%s is", (sql) => {
    expect(refusalsOf(testMigration(sql))).toEqual([]);
  });
});
