import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { operationsOfText } from "../../../lib/core/operations/index.js";
import type { OperationKind } from "../../../lib/core/operations/kinds/index.js";
import { invert } from "../../../lib/core/rollback/inverse-candidate.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { OPERATION_CASES } from "../../support/operation-cases.js";
import type { Major } from "../../support/postgres.js";
import { operationContext } from "../../support/random-operation.js";
import { randomSchema, schemaScript } from "../../support/random-schema.js";
import { sharedDatabase } from "../../support/shared-database.js";

/** Runs per kind and version; `SCHEMA_GATE_PROPERTY_RUNS=50` looks further, `SCHEMA_GATE_PROPERTY_SEED` elsewhere. */
const RUNS = Number(process.env.SCHEMA_GATE_PROPERTY_RUNS ?? 1);
const SEED = Number(process.env.SCHEMA_GATE_PROPERTY_SEED ?? 20240115);

const KINDS = Object.keys(OPERATION_CASES) as readonly OperationKind[];

beforeAll(() => loadParser());

describe.each(MAJORS)("random schema, random operation: up and inverse on %s", (major: Major) => {
  const database = sharedDatabase(major);

  it.each(KINDS)("%s gives back the schema and the rows of before, or says that it has no inverse", async (kind) => {
    const { random } = OPERATION_CASES[kind];
    const numbers = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 });
    const law = fc.asyncProperty(randomSchema, numbers, async (schema, picks) => {
      const sql = random(operationContext(schema, picks));
      await database.takenBack(async () => {
        await executeEach(database.session, schemaScript(schema));
        const migration = testMigration(sql);
        expect(migration.up.statements.flatMap(operationsOfText).map((each) => each.kind)).toContain(kind);
        const before = await readState(database.session, null);
        const inverses = invert(migration, before.catalog, null);
        await database.run(inverses.keep.flatMap((keep) => keep.before));
        await executeEach(database.session, sql);
        // Without an inverse of its own it is never claimed that there is one: the dry run looks at the difference.
        if (inverses.gaps.length > 0) return;
        await database.run(inverses.keep.flatMap((keep) => keep.after));
        await database.run(["set constraints all immediate", ...inverses.statements]);
        expect(compareStates(await readState(database.session, null), before).differences, sql).toEqual([]);
      });
    });
    await fc.assert(law, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });
});
