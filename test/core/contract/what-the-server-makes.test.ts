import { describe, expect, it } from "vitest";
import { checkContract } from "../../../lib/core/contract/check.js";
import { contractOf } from "../../../lib/core/release/contract-of.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { filesOf } from "../../support/release-files.js";
import { testSession } from "../../support/session.js";

const BASE = `
  create table a (id int primary key, x int, y text, z varchar(10), constraint a_x_key unique (x));
  create table b (id int primary key, a_id int references a, note text);
  create index b_note on b (note); create index b_old on b (a_id);
  create type mood as enum ('sad', 'fine'); create table felt (id int primary key, m mood not null default 'sad');
  create schema s; create table parent (p int not null, q text default 'q');
  create view seen as select id, x from a; create materialized view sums as select x, count(*) as n from a group by x;`;

/** A name for the report, and a release that runs: its contract holds before and after, whatever the server makes of its words. */
const RELEASES: readonly (readonly [string, string])[] = [
  ["unique inside the primary key", "create table t (c int unique not null, primary key (c))"],
  ["unique beside the primary key, named", "create table t (c int, constraint k unique (c), primary key (c))"],
  ["both named", "create table t (c int, constraint p primary key (c), constraint u unique (c))"],
  ["two equal UNIQUE", "create table t (c int, unique (c), unique (c))"],
  ["a UNIQUE of a column and of the table", "create table t (c int unique, d int, constraint u unique (c))"],
  ["UNIQUE of other options", "create table t (c int unique deferrable, d int, constraint u unique (c))"],
  ["equal keys in one ALTER TABLE", "alter table b add column c int unique, add constraint u unique (c)"],
  ["a key over a column made in the statement", "alter table parent add column c int, add primary key (c)"],
  ["a key over a nullable column", "alter table parent add column c int; alter table parent add primary key (c)"],
  [
    "a key that takes over an index",
    "create unique index i on parent (p); alter table parent add constraint k unique using index i",
  ],
  [
    "a primary key that takes over an index",
    "create table t (c int); create unique index i on t (c); alter table t add primary key using index i",
  ],
  ["NULL as a default of varchar", "alter table a add column c varchar(20) default null"],
  ["NULL as a default of numeric", "alter table a add column c numeric(10, 2) default null"],
  ["NULL as a default of bpchar", "alter table a add column c char(4) default null"],
  [
    "NULL as a default of timestamp",
    "alter table a add column c timestamp(3) default null, add column d timestamptz(3) default NULL::timestamptz",
  ],
  [
    "NULL cast by hand",
    "alter table a add column c varchar(5) default cast(null as varchar(5)), add column d text default (null)",
  ],
  [
    "NULL of arrays and enums",
    "alter table a add column c varchar(4)[] default null, add column d mood default null::mood, add column e bit(3) default null, add column f interval(2) default null",
  ],
  [
    "numbers in other forms",
    "alter table a add column c numeric(5, 2) default 1, add column d bigint default '5', add column e int default -1, add column f float default 1.50, add column g smallint default +3, add column h numeric default 1e3",
  ],
  [
    "values folded by the type",
    `alter table a add column c jsonb default '{"a":1}', add column d interval default '24 hours', add column e date default 'today', add column f uuid default 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', add column g int[] default '{1, 2}', add column h timestamptz default '2020-01-01', add column i inet default '10.0.0.1/32', add column j bytea default 'abc'`,
  ],
  [
    "booleans in other words",
    "alter table a add column c boolean default 't', add column d boolean default 'off', add column e boolean default 'yes', add column f bool default 1::bool",
  ],
  [
    "text in other forms",
    "alter table a add column c text default E'a\\nb', add column d varchar(4) default 'it''s', add column e char(5) default 'ab', add column f text default U&'d\\0061t', add column g text default ('x'), add column h text default $$y$$",
  ],
  [
    "defaults that are expressions",
    "alter table a add column c timestamptz default now(), add column d timestamptz default current_timestamp, add column e text default current_user, add column f text default 'a' || 'b', add column g int default (1 + 2), add column h text default lower('A')",
  ],
  [
    "SET DEFAULT in other forms",
    "alter table a alter y set default null, alter z set default 'q'::text, alter x set default '7'",
  ],
  [
    "serial, identity and generated",
    "alter table a add column c serial, add column d bigserial, add column e int generated always as identity, add column f int generated always as (x * 2) stored; create table t (i smallserial primary key, j int generated by default as identity)",
  ],
  [
    "types by their other names",
    'create table t (c int4, d int8, e bool, f varchar, g bpchar, h char, i bit, j varbit(3), k dec(4,1), l float(10), m float(30), n nchar(3), o national character varying(5), p character varying(6), q time(2), r timestamptz(1), s interval day to second(2), u "char", v int array, w text array[3], x int[2][3], y decimal, z numeric(5))',
  ],
  [
    "more names of types",
    "create table t (c interval year to month, d bit varying, e timestamp(0) without time zone, f time with time zone, g character(3), h pg_catalog.int4, i oid, j name, k double precision, l real, m public.mood, n mood[], o money, p xml, q int4range, r tsvector, s bpchar(4), u interval(3))",
  ],
  ["a child with its parent's columns", "create table c (p int, q text) inherits (parent)"],
  [
    "a partition",
    "create table l (k int not null, v text) partition by list (k); create table l1 partition of l (v default 'v') for values in (1); alter table l add primary key (k); create index l_v on l (v)",
  ],
  ["LIKE", "create table c (like a including all, more int)"],
  [
    "a domain that forbids NULL",
    "create domain positive as int not null check (value > 0); alter table b add column c positive default 1",
  ],
  ["a column, then its table renamed", "alter table a rename column x to v; alter table a rename to c"],
  [
    "a table, then its column renamed",
    "alter table a rename to c; alter table c rename column x to v; alter table c alter column v set not null",
  ],
  [
    "a column made, then both renamed",
    "alter table a add column n int not null default 0; alter table a rename column n to o; alter table a rename to c; alter table c alter column o drop default",
  ],
  [
    "a swap of names",
    "alter table a rename column y to t; alter table a rename column z to y; alter table a rename column t to z",
  ],
  [
    "a new table under the old name",
    "alter table b rename to b_old2; create table b (id bigint, a_id bigint not null); insert into b select id, 1 from b_old2; drop table b_old2",
  ],
  [
    "a table swapped for another",
    "create table b_new (id bigint not null, note text); drop table b; alter table b_new rename to b; create index b_note on b (note)",
  ],
  ["a view under the old name", "alter table b rename to b_real; create view b as select * from b_real"],
  [
    "a table into another schema",
    "alter table b add column c int; alter table b set schema s; alter table s.b alter column c set not null; create index i on s.b (c)",
  ],
  [
    "a schema renamed",
    "create table s.t (c int not null); alter schema s rename to r; alter table r.t add column d text",
  ],
  ["a schema dropped", "create table s.t (c int not null); create index i on s.t (c); drop schema s cascade"],
  ["an index made, then renamed", "create index i on b (note); alter index i rename to j"],
  ["an index renamed twice", "alter index b_note rename to k; alter index k rename to l; create index k on b (a_id)"],
  [
    "an index under another's old name",
    "alter index b_note rename to b_note_old; create index b_note on b (note, a_id)",
  ],
  [
    "an index under another's old name, the other dropped",
    "create index b_note_new on b (note, id); drop index b_note; alter index b_note_new rename to b_note",
  ],
  [
    "two indexes that change names",
    "alter index b_note rename to t; alter index b_old rename to b_note; alter index t rename to b_old",
  ],
  ["an index whose name a constraint takes", "drop index b_note; alter table b add constraint b_note unique (note)"],
  [
    "an index whose table is renamed",
    "create index i on b (note); alter table b rename to c; alter index i rename to k",
  ],
  ["an index whose column goes", "create index i on b (note); alter table b drop column note"],
  [
    "an index over an expression whose column goes",
    "create index i on b (lower(note)); alter table b drop column note",
  ],
  ["an index of a materialized view", "create unique index i on sums (x); alter index i rename to j"],
  ["a materialized view renamed", "create unique index i on sums (x); alter materialized view sums rename to totals"],
  ["a constraint renamed", "alter table b add constraint u unique (note); alter table b rename constraint u to v"],
  ["a constraint renamed by its index", "alter table b add constraint u unique (note); alter index u rename to v"],
  [
    "a constraint made and dropped",
    "alter table b add constraint u unique (note), add constraint f foreign key (id) references a; alter table b drop constraint u, drop constraint f",
  ],
  [
    "a constraint dropped by the server's name",
    "create table t (c int unique, d int references a check (d > 0)); alter table t drop constraint t_c_key, drop constraint t_d_fkey, drop constraint t_d_check",
  ],
  [
    "a constraint whose column goes",
    "create table t (c int, d int, unique (c, d), check (c > d), foreign key (c) references a); alter table t drop column c",
  ],
  [
    "a foreign key whose table is renamed",
    "alter table b add constraint f foreign key (id) references a; alter table a rename to c; alter table b rename to d",
  ],
  [
    "a foreign key whose column is renamed",
    "alter table b add constraint f foreign key (id) references a (id); alter table a rename column id to key; alter table b rename column id to key",
  ],
  ["a foreign key whose target goes", "create table t (c int references a); drop table a cascade"],
  ["a foreign key whose key goes", "create table t (c int references a); alter table a drop constraint a_pkey cascade"],
  [
    "an enum exchanged",
    "create type mood_new as enum ('sad', 'fine', 'glad'); alter table felt alter m drop default; alter table felt alter m type mood_new using m::text::mood_new; alter type mood rename to mood_old; alter type mood_new rename to mood; drop type mood_old; alter table felt alter m set default 'glad'",
  ],
  [
    "a type renamed after its column was made",
    "alter table a add column m mood, add column n mood[]; alter type mood rename to feeling",
  ],
  ["a type into another schema", "alter table a add column m mood; alter type mood set schema s"],
  ["a domain renamed", "create domain d as text; alter table a add column m d; alter domain d rename to e"],
  ["a type that takes its column along", "alter table a add column m mood; drop type mood cascade"],
  [
    "a temporary table",
    "create temp table w (c int); create index w_c on w (c); alter table w add column d int; insert into b (id) select c from w; drop table w",
  ],
  [
    "a temporary table of a query",
    "create temporary table w on commit drop as select * from a; alter table w rename column x to y2",
  ],
  [
    "a column dropped and made again",
    "alter table b drop column note; alter table b add column note int not null default 0",
  ],
  ["a table dropped and made again", "drop table if exists b; create table b (id text primary key)"],
  ["a column of two types", "alter table a alter column y type varchar(40); alter table a alter column y type text"],
  ["a view's column renamed", "alter view seen rename column x to v; alter view seen rename to looked"],
  ["NOT NULL set and dropped", "alter table a alter column y set not null; alter table a alter column y drop not null"],
  [
    "a key dropped",
    "alter table a drop constraint a_x_key; alter table b drop constraint b_pkey; alter table b add primary key (id, a_id)",
  ],
  [
    "quoted names",
    'create table "T x" ("C" int unique, "order" int); alter table "T x" rename column "C" to "D"; alter table "T x" rename to "order"; create index "I" on "order" ("D")',
  ],
  [
    "a DO block that may rename",
    "create index i on b (note); do $$ begin if exists (select from pg_class where relname = 'i') then alter index i rename to j; end if; end $$",
  ],
];

async function failuresOf(major: (typeof MAJORS)[number], release: string): Promise<readonly string[]> {
  const { client, url } = await temporaryDatabase(major, BASE);
  const { migrations } = await readRelease(filesOf({ "1_base.up.sql": BASE, "2_next.up.sql": `${release};` }));
  const contract = contractOf(migrations.slice(1), migrations);
  const session = await testSession(url, "read");
  const before = await readCatalog(session, null);
  // Its transaction holds locks.
  await session.close();
  await client.query(release);
  const after = await readCatalog(await testSession(url, "read"), null);
  return (["before", "after"] as const).flatMap((moment) =>
    checkContract(contract, moment, moment === "before" ? before : after, { searchPath: ["public"] }).map(
      ({ code, message }) => `${code}: ${message}`,
    ),
  );
}

describe.each(MAJORS)("the contract of a release that runs, on PostgreSQL %s", (major) => {
  it.each(RELEASES)("holds for %s", async (_, release) => {
    expect(await failuresOf(major, release)).toEqual([]);
  });
});

describe("a demand that the declared schema does not fulfil either", () => {
  async function findings(up: string, tenant: string, rust?: string) {
    const files = {
      "1_base.up.sql": "create table t (a int);",
      "2_next.up.sql": up,
      ...(rust ? { "2_next.rs": rust } : {}),
    };
    const { migrations } = await readRelease(filesOf(files));
    const catalogs = await Promise.all(
      ["create table t (a int)", tenant].map(async (script) => {
        const { url } = await temporaryDatabase("18", script);
        return readCatalog(await testSession(url, "read"), null);
      }),
    );
    const [built, actual] = catalogs;
    if (!built || !actual) throw new Error("two catalogs were read");
    return checkContract(
      contractOf(migrations.slice(1), migrations),
      "before",
      actual,
      { searchPath: ["public"] },
      built,
    ).map(({ code }) => code);
  }

  it("was misread where a statement enforces it, and holds where the tenant alone lacks it", async () => {
    expect(await findings("alter table t alter column b set not null", "create table t (a int)")).toEqual([]);
    expect(await findings("alter table t alter column a set not null", "create table t (b int)")).toEqual([
      "contract.column-missing",
    ]);
  });

  it("blocks where the code states it", async () => {
    const rust = `#[deploy_schema_migration] pub async fn next(pool: &PgPool) -> Result<(), GateError> {
      validate_column_compatibility("t", "a", ColumnType::Text)?;
      execute_migration_with_rollback(pool, "next", ISOLATION_LEVEL::Serializable).await?; Ok(()) }`;
    expect(await findings("alter table t add column c int", "create table t (a int)", rust)).toEqual([
      "contract.column-type",
    ]);
  });
});
