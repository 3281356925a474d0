import type { z } from "zod";
import type { RewrittenMigration } from "../../../steps/rewrite/rewrite-folder.js";
import type { rewriteOutput } from "../../json/rewrite.js";
import type { PlanFiles } from "./written-files.js";

type Entry = z.infer<typeof rewriteOutput>["migrations"][number];

const NOTHING = {
  condition: null,
  refusal: null,
  rewritten: [],
  whole: [],
  before: null,
  steps: [],
  oneByOne: null,
  otherOrder: false,
  undetermined: [],
  numbered: [],
  written: null,
  unwritten: null,
};

export function rewriteJson(result: RewrittenMigration, { steps: written, unwritten }: PlanFiles): Entry {
  const { migration, outcome } = result;
  const own = { ...NOTHING, id: migration.version, file: migration.up.file, outcome };
  if (outcome === "unchanged") return { ...own, condition: result.condition };
  if (outcome === "refused") {
    const { code, reason, source } = result.refusal;
    const place = source && { file: source.file, line: source.line, column: source.column };
    return { ...own, refusal: { code, reason, source: place } };
  }
  const { plan, proof } = result;
  return {
    ...own,
    rewritten: plan.rewritten.map(({ kind, title, statement }) => ({ kind, title, sql: statement.sql })),
    whole: plan.whole.map(({ statement, reason }) => ({ sql: statement.sql, reason })),
    before: proof.before,
    steps: plan.steps.flatMap(({ slug: _, ...step }, at) => {
      const proved = proof.steps[at];
      if (!proved) return [];
      const { hold, ms, down } = proved;
      return [
        {
          ...step,
          statements: [...step.statements],
          hold,
          ms,
          down: { verdict: down.verdict, statements: down.statements && [...down.statements] },
          files: [...(written[at]?.files ?? [])],
        },
      ];
    }),
    oneByOne: proof.oneByOne,
    otherOrder: proof.otherOrder,
    undetermined: [...proof.undetermined],
    numbered: [...proof.numbered],
    written: proof.written,
    unwritten,
  };
}
