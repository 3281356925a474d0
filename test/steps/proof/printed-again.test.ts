import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `
  create function touch() returns trigger language plpgsql as 'begin return new; end';
  create domain few as varchar(9) constraint few_of check (value in ('a', 'b'));
  create table jobs (id int primary key, state varchar(20) not null constraint known check (state in ('new', 'done')), kind few);
  create index jobs_open on jobs (id) where state in ('new', 'held');
  create policy p on jobs using (state in ('new', 'held'));
  create trigger watched before update on jobs for each row when (new.state in ('new', 'held')) execute function touch();
  create rule quiet as on delete to jobs where old.state in ('held', 'kept') do also select 1;
  create table seen (id int, state varchar(20), is_open boolean generated always as (state in ('new', 'held')) stored);
  create view open_jobs as select id from seen where state in ('new', 'held');
  create materialized view mv_jobs as select id from seen where state in ('new', 'held');
  create function body() returns boolean language sql begin atomic select state in ('a', 'b') from seen; end;
  create statistics counted on (state in ('a', 'b')), id from jobs;
  insert into jobs values (1, 'new', 'a'), (2, 'done', 'b'); insert into seen values (1, 'new');`;

const RELEASES: readonly string[] = [
  "alter table jobs drop constraint known",
  "alter table jobs drop constraint known, add constraint known check (state in ('new', 'done', 'held'))",
  "alter table jobs alter column kind type varchar(9)",
  "drop index jobs_open",
  "drop policy p on jobs",
  "drop trigger watched on jobs",
  "drop rule quiet on jobs",
  "drop statistics counted",
  "drop table jobs",
  "drop view open_jobs",
  "create or replace view open_jobs as select id from seen where state in ('new')",
  "drop materialized view mv_jobs",
  "alter table seen drop column is_open",
  "alter table seen drop column state cascade",
  "drop function body()",
  "alter domain few drop constraint few_of",
];

describe.each(MAJORS)("what is printed in other words once it was made again, on %s", (major) => {
  it.each(RELEASES)("%s", async (sql) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks).toMatchObject([{ verdict: expect.stringMatching(/exact|order/) }]);
  });

  it.each(["varchar(40)", "text", "varchar"])("a type change to %s", async (type) => {
    const setup = `create table jobs (id int primary key, state varchar(20) not null check (state in ('new', 'done')));
      create index jobs_open on jobs (id) where state in ('new', 'held'); insert into jobs values (1, 'new')`;
    const sql = `alter table jobs alter column state type ${type}`;
    const down = "alter table jobs alter column state type varchar(20)";
    for (const migration of [testMigration(sql), testMigration(sql, down)]) {
      const proof = await proveOnClones(major, setup, [migration], { thorough: false });
      expect(proof.rollbacks).toMatchObject([
        { verdict: "exact", candidate: { source: migration.down ? "author" : "inverse" } },
      ]);
    }
  });
});
