import { splitSql } from "../sql/split.js";

/**
 * When a step of a plan runs. `expand`, `backfill` and `switch` belong to this release, each as a separate migration; `contract` removes what earlier
 * application versions need, so it waits for a later release.
 */
const PHASES = ["expand", "backfill", "switch", "contract"] as const;
export type Phase = (typeof PHASES)[number];

/** What the comment above a migration says about the plan that it belongs to. */
export interface PlanStep {
  /** Name of the migration that the plan came from. */
  readonly plan: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly phase: Phase;
  /** What must hold before a contract step may run, as a clause; null for the others. */
  readonly condition: string | null;
}

const FORM = new RegExp(
  String.raw`^schema-gate:\s*step (\d+) of (\d+) of (\S+), (${PHASES.join("|")})(?:, in a later release, once (.+))?$`,
);

/** Whether a comment's text, without its marks, is meant as one of these. */
export function isPlanComment(text: string): boolean {
  return /^schema-gate:\s*step\b/i.test(text);
}

/** Null when the text does not have the form. */
export function readPlanComment(text: string): PlanStep | null {
  const [, number, of, plan, phase, condition] = FORM.exec(text) ?? [];
  const known = PHASES.find((each) => each === phase);
  if (plan === undefined || !known || (known === "contract") !== (condition !== undefined)) return null;
  return { plan, number: Number(number), of: Number(of), phase: known, condition: condition ?? null };
}

/** One line: a name with a line end in it would continue as SQL. */
export function planComment({ plan, number, of, phase, condition }: PlanStep): string {
  const text = `-- schema-gate: step ${number} of ${of} of ${plan.replaceAll(/\s+/g, "_")}, ${phase}`;
  return condition === null ? text : `${text}, in a later release, once ${condition.replaceAll(/\s+/g, " ")}`;
}

/** The step that a script is; null for a script that is not one. */
export function planStepOf({ text = "" }: { readonly text?: string | undefined }): PlanStep | null {
  if (!text.includes("schema-gate:")) return null;
  const found = splitSql(text).comments.map(({ start, end }) =>
    readPlanComment(text.slice(start, end).replace(/^--+/, "").trim()),
  );
  return found.find((step) => step !== null) ?? null;
}
