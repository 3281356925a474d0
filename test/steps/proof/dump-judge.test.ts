import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { canJudge } from "../../support/dump-judge.js";
import { testMigration } from "../../support/migration.js";
import { SCHEMA, statementsOf } from "../../support/operation-statements.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const judged = (["15", "18"] as const).filter(canJudge);

/** `proveOnClones` asks pg_dump of whatever the proof says comes back. */
describe.runIf(judged.length > 0).each(judged)(
  "pg_dump does not contradict a proof of each operation, on %s",
  (major) => {
    it.each(statementsOf(major))("%s", async (sql) => {
      const proof = await proveOnClones(major, SCHEMA, [testMigration(sql)], { thorough: false });
      expect(proof.after).not.toBeNull();
    });
  },
);

it.runIf(judged.length === 0)("is skipped: no pg_dump was found (SCHEMA_GATE_PG_DUMP names one)", () => {});
