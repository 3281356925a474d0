import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { schemaGate, stateOnly } from "../support/captured-io.js";
import { TestFleet } from "../support/fleet.js";

const parsed = vi.hoisted(() => ({ sql: [] as string[], bodies: [] as string[] }));

vi.mock("libpg-query", async (original) => {
  const parser = await original<typeof import("libpg-query")>();
  return {
    ...parser,
    parseSync: (text: string) => {
      parsed.sql.push(text);
      return parser.parseSync(text);
    },
    parsePlPgSQLSync: (text: string) => {
      parsed.bodies.push(text);
      return parser.parsePlPgSQLSync(text);
    },
  };
});

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(2);
});
afterAll(() => fleet.destroy());

const repeated = (texts: readonly string[]) => texts.filter((text, at) => texts.indexOf(text) !== at);

const INDEX = "create index concurrently events_units on usage.events (units)";

it("each text is parsed once, from the files of a release to the end of its check", async () => {
  const folder = join(fleet.directory, "changes");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "1_change.up.sql"),
    `alter table usage.events add column note text; update usage.events set note = 'x' where units > 3;
      alter table usage.events add constraint few check (units < 1000000) not valid;
      do $$ begin if exists (select from pg_roles where rolname = 'nobody') then alter table usage.events alter note set default 'y'; end if; end $$;
      create function usage.twice(n int) returns int language plpgsql as $$ begin return n * 2; end $$;`,
  );
  writeFileSync(join(folder, "2_index.up.sql"), `-- no-transaction\n${INDEX};`);
  fleet.writeConfig({ migrations: "changes" });
  const { stdout } = await schemaGate(fleet.directory, ["check", "--json"], {
    env: { ...stateOnly(), TENANT_PASSWORD: fleet.server.password },
  });
  expect(JSON.parse(stdout).findings.errors.map(({ code }: { code: string }) => code)).toEqual([
    // The fleet has a schema, and the folder no baseline that declares it.
    "diverge.undeclared",
  ]);
  expect(parsed.sql.length).toBeGreaterThan(10);
  expect(parsed.sql.filter((text) => text.includes(INDEX))).toHaveLength(1);
  expect(repeated(parsed.sql)).toEqual([]);
  expect(repeated(parsed.bodies)).toEqual([]);
});
