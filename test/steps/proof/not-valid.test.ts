import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `
  create table cust (id int primary key, mail text, note text); insert into cust values (1, 'a', null), (2, 'a', 'n'), (3, null, 'm');
  create table ev (at date not null, k int, v text) partition by range (at);
  create table ev_24 partition of ev for values from ('2024-01-01') to ('2025-01-01');
  create table ev_later partition of ev default;
  insert into ev values ('2024-05-05', 1, 'a'), ('2025-06-06', 2, 'b');
  create table base (id int, v text); create table sub (extra int) inherits (base);
  insert into base values (1, 'b'); insert into sub values (2, 's', 9);
  create domain dom as text; create table dt (id int primary key, d dom); insert into dt values (1, 'x'), (2, '');
  create table selfy (id int primary key, parent int references selfy); insert into selfy values (1, null), (2, 1), (3, 2);
  create table heap (v int, w text); insert into heap values (1, 'x'), (1, 'x'), (1, null), (9, 'y');
  create table loose (v int, k int); insert into loose values (-1, 3), (2, 99);
  alter table loose add constraint pos check (v > 0) not valid;
  alter table loose add constraint loose_fk foreign key (k) references cust not valid`;

/** Rows from before may violate what is NOT VALID while they are put back. */
const RELEASES: Readonly<Record<string, string>> = {
  "a CHECK, filled, validated": `alter table cust add constraint has check (note is not null) not valid;
    update cust set note = 'x' where note is null; alter table cust validate constraint has`,
  "a CHECK without a name, never validated": `alter table cust add check (note is not null) not valid; update cust set note = 'x' where note is null`,
  "a CHECK for NOT NULL, dropped again": `alter table cust add constraint has check (note is not null) not valid; update cust set note = '' where note is null;
    alter table cust validate constraint has; alter table cust alter column note set not null; alter table cust drop constraint has`,
  "a CHECK, where rows are deleted": `alter table selfy add constraint root check (parent is not null) not valid;
    delete from selfy where id = 3; update selfy set parent = 1; alter table selfy validate constraint root`,
  "a CHECK of a new column": `alter table heap add column o int; alter table heap add constraint ho check (o is not null) not valid;
    update heap set o = 1, w = 'q'; alter table heap validate constraint ho; alter table heap alter o set not null; alter table heap drop constraint ho`,
  "a CHECK of a parent": `alter table base add constraint bv check (v <> 's') not valid; update sub set v = 'k' where v = 's'; alter table base validate constraint bv`,
  "a CHECK of a partitioned table": `alter table ev add constraint ek check (k < 2) not valid; update ev set k = 1 where k = 2; alter table ev validate constraint ek`,
  "a CHECK of a domain": `alter domain dom add constraint filled check (value <> '') not valid; update dt set d = 'y' where d = '';
    alter domain dom validate constraint filled`,
  "a CHECK of a domain under another": `create domain over as dom; alter table dt alter d type over; alter domain dom add check (value <> '') not valid;
    update dt set d = 'y' where d = ''`,
  "a foreign key": `alter table heap add constraint hf foreign key (v) references selfy not valid; update heap set v = 3; alter table heap validate constraint hf`,
  "an earlier CHECK": `update loose set v = 5 where v < 0; alter table loose validate constraint pos`,
  "an earlier foreign key": `update loose set v = 1; delete from loose where k = 99; alter table loose validate constraint loose_fk`,
  "rows of a table that is emptied": `truncate loose; alter table loose validate constraint pos`,
};

/** NOT NULL binds a generated column of the release too. */
const GENERATED = `alter table cust add column up text generated always as (upper(mail)) stored;
  update cust set mail = coalesce(mail, 'q'); alter table cust alter column up set not null`;

describe.each(MAJORS)("what is NOT VALID, when rows are put back on %s", (major) => {
  it.each([...Object.entries(RELEASES), ["NOT NULL of a new generated column", GENERATED] as const])(
    "%s",
    async (_, sql) => {
      const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
      expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(proof.rollbacks).toMatchObject([{ candidate: { source: "inverse" } }]);
      expect(proof.passed).toBe(true);
    },
  );
});
