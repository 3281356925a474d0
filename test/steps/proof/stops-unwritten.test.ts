import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create table t (id int primary key, n numeric(8,2));
  insert into t select n, n from generate_series(1, 200) n;`;

/** The release copies nothing; its way back, which the trial proves without putting anything aside, does. */
const NO_COPIES = `create function refuse() returns event_trigger language plpgsql as $$ begin
    if current_query() !~* 'temporary' then raise 'no copies here'; end if; end $$;
  create event trigger guarded on ddl_command_start when tag in ('CREATE TABLE AS') execute function refuse();`;

const FILLED = "alter table t add c text; update t set c = repeat('x', 500)";

interface Case {
  readonly setup?: string;
  readonly up: string;
  readonly keepLimit?: number;
  readonly code: string;
  readonly reason: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "more than may be kept, filled by the release itself": {
    up: FILLED,
    keepLimit: 20_000,
    code: "rollback.kept-too-large",
    reason: "above rollback.keepLimit",
  },
  "more than may be kept, where values are made to fit": {
    up: `alter table t alter n type numeric(12,4); ${FILLED}`,
    keepLimit: 60_000,
    code: "rollback.kept-too-large",
    reason: "above rollback.keepLimit",
  },
  "a copy that the database refuses": {
    setup: NO_COPIES,
    up: FILLED,
    code: "rollback.impossible",
    reason: "no copies here",
  },
  "a copy of a table's rows that the database refuses": {
    setup: NO_COPIES,
    up: "create table u (id int primary key)",
    code: "rollback.impossible",
    reason: "no copies here",
  },
  "a copy of a position that the database refuses": {
    setup: NO_COPIES,
    up: "create sequence s",
    code: "rollback.impossible",
    reason: "no copies here",
  },
};

describe("a way back that stops before anything is written", () => {
  it.each(Object.entries(CASES))("is none: %s", async (_, { setup = "", up, keepLimit, code, reason }) => {
    const limit = keepLimit === undefined ? {} : { keepLimit };
    const proof = await proveOnClones("18", `${SETUP}${setup}`, [testMigration(up)], { thorough: false, ...limit });
    expect(proof.rollbacks).toMatchObject([{ verdict: expect.stringMatching(/exact|order/) }]);
    expect(proof.findings.filter(({ gate }) => gate === "rollback")).toMatchObject([
      { code, severity: "error", message: expect.stringContaining(reason) },
    ]);
    expect(proof.passed).toBe(false);
  });

  it("may be accepted, as a missing one may", async () => {
    const acceptance = {
      code: "rollback.kept-too-large",
      migration: "1",
      reason: "made again by a job",
      expires: 2,
    } as const;
    const proof = await proveOnClones("18", SETUP, [testMigration(FILLED)], {
      thorough: false,
      keepLimit: 20_000,
      acceptances: { list: [acceptance], now: 1 },
    });
    expect(proof.findings.filter(({ gate }) => gate === "rollback")).toMatchObject([
      { code: "rollback.loss-accepted", severity: "warning" },
    ]);
    expect(proof.passed).toBe(true);
  });
});
