import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create table users (id int primary key, name text); insert into users select g, 'n' || g from generate_series(1, 20) g;
  create table versions (version text primary key, at timestamptz)`;

/** Every clone on which the first of these runs has other rows. */
const CHANCE = [
  ["keys", "alter table users add u uuid not null default gen_random_uuid()"],
  ["the time", "alter table users add created_at timestamptz not null default now()"],
  ["an UPDATE", "alter table users add r float; update users set r = random()"],
] as const;

const LATER = [
  ["an INSERT that may find its row", ["insert into versions values ('x', now()) on conflict do nothing"]],
  ["a DELETE", ["delete from users where id < 10"]],
  [
    "an UPDATE, and a column dropped after it",
    ["update users set name = upper(name)", "alter table users drop column name"],
  ],
] as const;

describe.each(MAJORS)("a release whose first migration writes other values in each run on %s", (major) => {
  it.each(CHANCE.flatMap(([what, first]) => LATER.map(([then, rest]) => [what, then, first, rest] as const)))(
    "%s, then %s",
    async (_what, _then, first, rest) => {
      const migrations = [first, ...rest].map((sql, at) => testMigration(sql, null, `${at + 1}`));
      const proof = await proveOnClones(major, SETUP, migrations, { thorough: false });
      expect(proof.rollbacks.flatMap(({ candidate, differences }) => (candidate ? [] : differences))).toEqual([]);
      expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    },
  );
});
