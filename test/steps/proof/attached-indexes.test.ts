import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const TABLES = `
  create table ev (id bigint not null, at int not null, kind text) partition by range (at);
  create table ev1 partition of ev for values from (0) to (10);
  create table ev2 partition of ev for values from (10) to (20) partition by list (id);
  create table ev2a partition of ev2 default;
  insert into ev select g, g, 'k' from generate_series(1, 19) g;`;

const PLAIN = `${TABLES} create index ev_kind on only ev (kind, lower(kind)) with (fillfactor = 70);
  comment on index ev_kind is 'of all';
  create index ev1_kind on ev1 (kind, lower(kind)) with (fillfactor = 80); alter index ev1_kind alter column 2 set statistics 7;
  create index ev2_kind on ev2 (kind, lower(kind)); comment on index ev2_kind is 'of ev2';`;

const KEYS = `${TABLES} alter table only ev add constraint ev_key unique (at, id);
  alter table ev1 add constraint "ev1 key" unique (at, id) with (fillfactor = 80); alter table ev2 add constraint ev2_key unique (at, id);
  comment on constraint ev2_key on ev2 is 'of ev2';`;

describe.each(MAJORS)("an index attached to its parent's on %s", (major) => {
  it.each([
    ["the first of two", PLAIN, "alter index ev_kind attach partition ev1_kind"],
    [
      "the last one",
      `${PLAIN} alter index ev_kind attach partition ev1_kind`,
      "alter index ev_kind attach partition ev2_kind",
    ],
    ["both", PLAIN, "alter index ev_kind attach partition ev1_kind; alter index ev_kind attach partition ev2_kind"],
    [
      "one that is attached already",
      `${PLAIN} alter index ev_kind attach partition ev1_kind`,
      "alter index ev_kind attach partition ev1_kind",
    ],
    [
      "both of a key",
      KEYS,
      'alter index ev_key attach partition "ev1 key"; alter index ev_key attach partition ev2_key',
    ],
    [
      "one of the same file",
      TABLES,
      "create index n on only ev (kind); create index n1 on ev1 (kind); alter index n attach partition n1",
    ],
  ])("is taken out again: %s", async (_, setup, sql) => {
    const proof = await proveOnClones(major, setup, [testMigration(sql)], { thorough: false });
    expect(proof.rollbacks).toMatchObject([
      { verdict: "exact", candidate: { source: "inverse", losses: [], keep: [] } },
    ]);
  });
});
