import { beforeAll, describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { RULES } from "../../../lib/core/lint/rules/index.js";
import { planComment } from "../../../lib/core/migration/plan-step.js";
import { REWRITE_KINDS } from "../../../lib/core/rewrite/kinds/index.js";
import type { RewriteStep } from "../../../lib/core/rewrite/plan.js";
import { planRewrite } from "../../../lib/core/rewrite/plan-rewrite.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { BEFORE, REFUSED, REWRITTEN } from "./cases.js";
import { catalogOf, rowsOf, run, scriptOf } from "./two-databases.js";

beforeAll(loadParser);

/** As it is written into a file. */
const textOf = ({ backfill, statements, phase, condition }: RewriteStep, at: number, of: number) =>
  `${planComment({ plan: "0001_m", number: at + 1, of, phase, condition })}\n${backfill === null ? "" : `${backfill}\n`}${statements.map((sql) => `${sql};\n`).join("")}`;

it("takes away hazards of rules that there are, by every kind but those of what is added again or changes its type", () => {
  const rules = new Set(RULES.map(({ id }) => id));
  expect(REWRITE_KINDS.flatMap(({ takesAway }) => takesAway).filter((id) => !rules.has(id))).toEqual([]);
  const without = REWRITE_KINDS.filter(({ takesAway }) => takesAway.length === 0).map(({ id }) => id);
  expect(without).toEqual(["default-of-type", "replace-constraint", "replace-index"]);
});

describe.each(MAJORS)("PostgreSQL %s", (major) => {
  it.each(REWRITTEN.map(([sql, phases, order = "same order"]) => [sql, phases, order] as const))(
    "%s",
    async (sql, phases, order) => {
      const original = await temporaryDatabase(major, BEFORE);
      const stepped = await temporaryDatabase(major, BEFORE);
      const { plan, refusal } = await planRewrite(scriptOf(sql), await catalogOf(stepped));
      expect(refusal).toBeNull();
      expect(plan?.steps.map(({ phase }) => phase).join(" ")).toBe(phases);
      const steps = plan?.steps ?? [];
      for (const [at, step] of steps.entries()) {
        // A step that is rewritten again is itself.
        const text = textOf(step, at, steps.length);
        const again = await planRewrite(scriptOf(text, step.transaction), await catalogOf(stepped));
        expect(again.refusal).toBeNull();
        const same = "a step that is rewritten again is itself; its pace is told by paceOf in steps-of.ts";
        expect(
          again.plan?.steps.map(({ statements }) => statements),
          same,
        ).toEqual([step.statements]);
        await run(stepped, step);
      }
      await run(original, { statements: scriptOf(sql).statements.map((each) => each.sql), transaction: "none" });
      const compared = compareCatalogs(await catalogOf(stepped), await catalogOf(original));
      expect(compared.differences.map(({ message }) => message)).toEqual([]);
      expect(compared.columnOrder.length > 0).toBe(order === "other order");
      expect(await rowsOf(stepped)).toEqual(await rowsOf(original));
    },
  );

  it("says which statement keeps a step for itself, and refuses a plan that would be only that", async () => {
    const catalog = await catalogOf(await temporaryDatabase(major, BEFORE));
    const both = await planRewrite(scriptOf("CREATE INDEX ON bare (a);\nUPDATE bare SET b = a + 1"), catalog);
    expect(both.plan?.rewritten.map(({ kind }) => kind)).toEqual(["create-index"]);
    expect(both.plan?.whole).toMatchObject([
      { statement: { source: { line: 2 } }, reason: expect.stringContaining("no key") },
    ]);
    const alone = await planRewrite(scriptOf("SELECT 1;\nUPDATE bare SET b = a + 1"), catalog);
    expect(alone.refusal).toMatchObject({ code: "backfill", source: { line: 2 } });
  });

  it("refuses by a code what it cannot rewrite", async () => {
    const catalog = await catalogOf(await temporaryDatabase(major, BEFORE));
    const codes = [];
    for (const [sql] of REFUSED) codes.push([sql, (await planRewrite(scriptOf(sql), catalog)).refusal?.code]);
    expect(codes).toEqual(REFUSED);
  });
});
