import type { Catalog } from "../catalog/catalog.js";
import { lintRelease } from "../lint/lint-release.js";
import type { LintScript } from "../lint/lint-statement.js";
import { RULES } from "../lint/rules/index.js";
import { planStepOf } from "../migration/plan-step.js";
import type { Script } from "../migration/release.js";
import { parseSql } from "../sql/parse.js";
import { NO_REWRITE } from "./no-rewrite.js";
import type { RewritePlan, RewriteStep } from "./plan.js";
import { NotRewritable } from "./refusal.js";

/** What a contract step does on purpose, once nothing needs the old shape, and any step to what its plan has made. */
const OF_CONTRACT: ReadonlySet<string> = new Set(["SG014", "SG016", "SG058", "SG062"]);

/** Lint is the second opinion: if it still finds a hazard, the plan does not count. Throws `NotRewritable`. */
export async function hazardLeft({ steps }: RewritePlan, script: Script, catalog: Catalog): Promise<void> {
  const work = new Map(RULES.map((rule) => [rule.id, rule]));
  const findings = await lintRelease({
    scripts: steps.map((step, at) => scriptOf(step, `${at}`)),
    catalog,
    today: "1970-01-01",
  });
  const isStep = planStepOf(script) !== null;
  const [left] = findings.filter(({ code, severity, source }) => {
    const rule = work.get(code);
    const contract = isStep || steps[Number(source?.file)]?.phase === "contract";
    if (rule === undefined || (contract && OF_CONTRACT.has(code))) return false;
    return severity === "error" || (severity === "warning" && (rule.work !== "none" || code in NO_REWRITE));
  });
  if (!left) return;
  if (left.nested)
    throw new NotRewritable(
      "nested",
      `a DO block or a function runs in one transaction and is not taken apart: ${clause(left.message)}`,
    );
  const reason = NO_REWRITE[left.code];
  if (reason !== undefined) throw new NotRewritable("no-way", `${reason} (${left.code})`);
  throw new NotRewritable("no-kind", `no rewriting is known for ${left.code}: ${clause(left.message)}`);
}

function clause(message: string): string {
  return message.replace(/\.$/, "");
}

function scriptOf({ statements, backfill, transaction }: RewriteStep, file: string): LintScript {
  const text = statements.map((sql, at) => `${backfill !== null && at === 0 ? `${backfill}\n` : ""}${sql};`).join("\n");
  return { file, transaction, text, statements: parseSql(text, file).statements };
}
