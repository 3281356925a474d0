import { beforeAll, describe, expect, it } from "vitest";
import { invert } from "../../../lib/core/rollback/inverse-candidate.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

const SCHEMA = `
  create table author (id serial primary key, name text not null);
  create table post (id serial primary key, author int not null references author, parent int references post);
  create unique index post_author on post (author, id);
  create table tag (post int not null, author int not null, foreign key (author, post) references post (author, id));
  create table kept (id int primary key, post int references post);
  insert into author (name) values ('a'), ('b'); insert into post (author, parent) values (1, null), (2, 1);
  insert into tag values (1, 1), (2, 2); insert into kept values (1, 2);
  create view a_last as select id from author; create view b_first as select id from a_last;
  create view "C view" as select b.id, a.name from b_first b join author a using (id);
  comment on view a_last is 'the last';
  create function touch() returns trigger language plpgsql as 'begin new.name := new.name || ''!''; return new; end';
  create function names() returns setof "C view" language sql as 'select * from "C view"';
  create trigger touched before update on author for each row execute function touch();
  create trigger other before update on author for each row execute function touch();
  alter table author disable trigger other;
  create rule quiet as on delete to a_last do instead nothing;
  create table events (at int not null, what text) partition by range (at);
  create table events_1 partition of events for values from (0) to (10)
    with (fillfactor = 80, autovacuum_enabled = false, autovacuum_vacuum_threshold = 9);
  create index events_what on only events (what); create index own_name on events_1 (what);
  alter index events_what attach partition own_name;
  insert into events values (1, 'x');
`;

/** Drops of several things, or with CASCADE, and what is made and dropped on the way. */
const STATEMENTS = [
  "drop table author, post, tag cascade",
  "drop table tag, post, author, kept cascade",
  "drop table events, events_1",
  'drop view a_last, b_first, "C view" cascade',
  "drop view a_last cascade",
  "drop function touch() cascade",
  'drop function names(); drop view "C view", b_first',
  "create table made (a int); insert into made values (1); alter table made rename to other; drop table other",
  "create temporary table passing as select id from author",
  "alter table author disable trigger user",
  "alter table author disable trigger all",
  "alter table author disable trigger all; alter table author enable trigger all",
];

describe.each(MAJORS)("what was dropped together, on %s", (major: Major) => {
  const database = sharedDatabase(major, SCHEMA);

  /** What the dry run sees: the schema around each statement. */
  const observe = async (sql: string) => {
    const migration = testMigration(sql);
    const statements = [];
    await database.session.script("savepoint seen");
    for (const statement of migration.up.statements) {
      statements.push({ before: await readCatalog(database.session, null), written: [] });
      await database.session.execute(statement.sql);
    }
    const after = await readCatalog(database.session, null);
    await database.session.script("rollback to seen");
    return { migration, observed: { version: migration.version, statements, after } };
  };

  it.each(STATEMENTS)("%s", async (sql) => {
    await database.takenBack(async () => {
      const before = await readState(database.session, null);
      const { migration, observed } = await observe(sql);
      const inverses = invert(migration, before.catalog, observed);
      expect(inverses.gaps).toEqual([]);
      await database.thereAndBack(sql, inverses);
      const { differences } = compareStates(await readState(database.session, null), before);
      // Views that fall with a table are left to the difference of the catalogs.
      expect(differences.filter((each) => !sql.startsWith("drop table") || !/view|names/i.test(each))).toEqual([]);
    });
  });

  it("sets storage parameters in the order in which they were set", async () => {
    const before = await readCatalog(database.session, null);
    const { statements } = invert(testMigration("drop table events_1"), before, null);
    expect(statements.join()).toContain(
      "WITH (fillfactor=80, autovacuum_enabled=false, autovacuum_vacuum_threshold=9)",
    );
  });
});
