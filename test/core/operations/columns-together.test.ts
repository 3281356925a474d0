import { beforeAll, describe, expect, it } from "vitest";
import { invert } from "../../../lib/core/rollback/inverse-candidate.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

const SCHEMA = `
  create type mood as enum ('low', 'high');
  comment on type mood is 'how it goes';
  create table folder (id serial primary key, parent int references folder, name text not null, state mood default 'low');
  create index folder_both on folder (parent, name);
  insert into folder (parent, name, state)
    values (null, 'a', 'low'), (1, 'a', 'low'), (1, 'a', 'high'), (2, 'b', null), (2, 'b', null);
  create table plain (a int, b text, c text);
  insert into plain values (1, 'x', 'same'), (2, 'y', 'same'), (3, 'y', 'same'), (3, 'y', 'same'), (4, null, 'other');
  create table tag (id int primary key, size int, name varchar(20), note text);
  insert into tag values (1, 1, 'a', 'x'), (2, 2, 'b', 'y'), (3, 3, 'c', 'z');
  create table profile (url text primary key, bio text);
  insert into profile values ('u1', 'b1'), ('u2', 'b2  '), ('u3', 'b3');
`;

/** Statements of more than one part: columns by which rows are found, names that are free again, tables that point at each other. */
const STATEMENTS = [
  "alter table profile drop constraint profile_pkey, drop column bio, drop column url, add column id serial primary key",
  "alter table profile drop column url, drop column bio, add column note text",
  "alter table plain drop column a, drop column b",
  "alter table plain drop column b, alter column a type text, drop column c",
  "alter table plain alter column a type text using 'n' || a, alter column b type text using 'm' || b",
  "alter table folder drop column parent, drop column name",
  `alter table folder drop constraint folder_parent_fkey, drop constraint folder_pkey, add column pinned boolean not null default false,
     alter column id drop default, alter column id type text, alter column parent type text, add constraint folder_pkey primary key (id)`,
  "alter table folder alter column state set default null, alter column state type text, drop column name",
  "alter table folder drop column state; drop type mood",
  "alter table profile drop constraint profile_pkey, add primary key (url, bio)",
  "alter table tag drop column id, add primary key (size), add unique (name)",
  // The heap stays, and the way from bpchar to text trims.
  "alter table profile alter column bio type bpchar",
  `create table one (id int primary key, two int); create table two (id int primary key);
     alter table one add foreign key (two) references two`,
];

describe.each(MAJORS)("several columns in one statement, with rows on %s", (major: Major) => {
  const database = sharedDatabase(major, SCHEMA);

  const there = async (sql: string, meanwhile: readonly string[]) => {
    const before = await readState(database.session, null);
    const inverses = invert(testMigration(sql), before.catalog, null);
    expect(inverses.gaps).toEqual([]);
    await database.thereAndBack(sql, inverses, meanwhile);
    return compareStates(await readState(database.session, null), before).differences;
  };

  it.each(STATEMENTS)("%s", async (sql) => {
    await database.takenBack(async () => {
      expect(await there(sql, [])).toEqual([]);
    });
  });

  it("leaves a value alone that was written since, and puts the others of its row back", async () => {
    await database.takenBack(async () => {
      const sql = "alter table tag alter size type text, alter name type varchar(9), drop column note";
      await there(sql, ["update tag set size = '9' where id = 2", "update tag set name = 'n' where id = 3"]);
      expect(await database.session.execute("select * from tag order by id")).toEqual([
        { id: 1, size: 1, name: "a", note: "x" },
        { id: 2, size: 9, name: "b", note: "y" },
        { id: 3, size: 3, name: "n", note: "z" },
      ]);
    });
  });
});
