import { describe, expect, it, onTestFinished } from "vitest";
import { blocks } from "../../../lib/core/finding.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { HistoryFleet } from "../../bench/histories/fleet.js";
import { Gate } from "../../support/gate.js";

interface Form {
  /** What the tenants have. */
  readonly history: string;
  readonly release: string;
}

/** Releases that run on every tenant and can be taken back, each of which was blocked once. */
const FORMS: Readonly<Record<string, Form>> = {
  "a history that grants to the role that owns the tenants": {
    history: `create table notes (id int primary key, body text); create view heads as select left(body, 3) as head from notes;
      create function total() returns bigint language sql as 'select count(*) from notes';
      grant select on notes to postgres with grant option; grant all on heads, notes to postgres; grant execute on function total() to postgres`,
    release: "alter table notes add column at timestamptz",
  },
  "a type change whose block passes over what views or rules forbid": {
    history: "create table users (id int primary key, phone varchar(15), phone_change varchar(15) default '')",
    release: `do $$ begin alter table users alter column phone type text, alter column phone_change type text;
      exception when sqlstate '0A000' then raise notice 'a view'; when sqlstate '2BP01' then raise notice 'dependents'; when sqlstate 'XX000' then raise notice 'internal'; end $$`,
  },
  "an index under the name of another that guards nothing either": {
    history:
      "create table users (id int primary key, tenant int, email text); create index users_email on users (tenant, email)",
    release: "create index if not exists users_email on users (tenant, lower(email))",
  },
};

describe("a release that PostgreSQL takes passes", { timeout: 240_000 }, () => {
  it.each(Object.entries(FORMS))("%s", async (_, { history, release }) => {
    const convention = "flyway";
    const files = [history, release].map((sql, at) => ({ path: `V${at + 1}__step.sql`, bytes: Buffer.from(sql) }));
    const { migrations } = await readRelease(files, { application: false });
    const fleet = await HistoryFleet.create(convention);
    onTestFinished(() => fleet.destroy());
    const gate = new Gate(fleet.tenants(), convention);
    onTestFinished(() => gate.destroy());
    const [first, last] = migrations;
    if (!first || !last) throw new Error("the release was not read");
    for (const { path, bytes } of files) gate.addFile(path, bytes);
    expect(await fleet.skip(first)).toBe(true);
    await fleet.standUp(last);
    const { passed, findings } = await gate.check();
    expect(findings.filter((each) => blocks([each])).map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(passed).toBe(true);
    const truths = await fleet.apply(last);
    expect(truths.map(({ failed }) => failed)).toEqual(fleet.tenants().map(() => null));
  });
});
