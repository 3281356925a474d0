import { numberedColumns } from "../../core/backfill/numbered-columns.js";
import type { Migration } from "../../core/migration/release.js";
import type { RewritePlan } from "../../core/rewrite/plan.js";
import type { RewriteRefusalCode } from "../../core/rewrite/refusal.js";
import { downScript, stepMigrations } from "../../core/rewrite/step-migrations.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError } from "../../ports/database.js";
import { Clones, type WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import type { Proof, RollbackVerdict } from "../proof/proof.js";
import { proveOnClone } from "../proof/prove-on-clone.js";
import { type AppliedRelease, applyRelease } from "../proof/run-release.js";
import { describeFailure } from "../proof/try-candidate.js";
import { type Hold, holdOf } from "./hold.js";
import { type Ended, sameEnd } from "./same-end.js";
import { type WrittenBetween, writtenBetween } from "./written-between.js";

/** How a step is taken back, as proved. */
interface ProvedDown {
  readonly verdict: RollbackVerdict;
  /** Statements that lead back on their own; null if they need rows that the rollout keeps, or nothing leads back. */
  readonly statements: readonly string[] | null;
}

interface ProvedStep {
  readonly hold: Hold;
  readonly ms: number;
  readonly down: ProvedDown;
}

export interface RewriteProof {
  /** The original's own. */
  readonly before: Hold & { readonly ms: number };
  readonly steps: readonly ProvedStep[];
  /** Why the original ran statement by statement: it does not run as written. Null if it does. */
  readonly oneByOne: string | null;
  /** The plan leaves columns in another order. */
  readonly otherOrder: boolean;
  /** Columns whose values differ in every run. */
  readonly undetermined: readonly string[];
  /** Columns whose rows a sequence numbers, in whatever order. */
  readonly numbered: readonly string[];
  /** Null if no query of the application that writes here is known, or there is one step. */
  readonly written: WrittenBetween | null;
}

export type ProvedRewrite =
  | { readonly proof: RewriteProof; readonly refusal: null }
  | { readonly proof: null; readonly refusal: { readonly code: RewriteRefusalCode; readonly reason: string } };

/** Everything of a proof except the migrations. `workload`: queries of deployed versions, which run between the steps. */
export type ProofSurroundings = Omit<ProveOnClone, "migrations" | "queries"> & {
  readonly workload: readonly WorkloadQuery[];
};

/**
 * Executes a migration on one clone and its plan on another, and compares schema and rows, also with the application's writes between the
 * steps; then takes every step of the plan back.
 * Everything it reports was seen. Throws `DatabaseError` when the server failed; leaves no clone behind.
 */
export async function proveRewrite(
  plan: RewritePlan,
  migration: Migration,
  around: ProofSurroundings,
): Promise<ProvedRewrite> {
  const steps = stepMigrations(plan, migration);
  const numbered = numberedColumns(steps);
  const compared = await compare(steps, migration, { ...around, numbered });
  if ("code" in compared) return { proof: null, refusal: compared };
  const written = await writtenBetween(steps, compared.reference, around.workload, { ...around, numbered });
  if (written.reason !== null) return { proof: null, refusal: { code: "writes-differ", reason: written.reason } };
  const back = await wayBack(steps, compared.reference, compared.undetermined.length > 0, around);
  if ("code" in back) return { proof: null, refusal: back };
  const { reference: _, steps: held, ...proof } = compared;
  return {
    proof: {
      ...proof,
      written: written.between,
      steps: held.map((each, at) => ({ ...each, down: back.downs[at] ?? NO_DOWN })),
    },
    refusal: null,
  };
}

const NO_DOWN: ProvedDown = { verdict: "none", statements: null };

interface Refused {
  readonly code: RewriteRefusalCode;
  readonly reason: string;
}

type Compared = Omit<RewriteProof, "steps" | "written"> & {
  readonly steps: readonly Omit<ProvedStep, "down">[];
  readonly reference: Migration;
};

async function compare(
  steps: readonly Migration[],
  migration: Migration,
  around: ProofSurroundings,
): Promise<Compared | Refused> {
  const clones = new Clones({ ...around, migrations: [migration, ...steps] });
  try {
    const original = await runOriginal(migration, clones, around);
    if ("code" in original) return original;
    const input = { ...around, migrations: steps };
    const working = await clones.make("plan");
    const run = await applyRelease(working, clones, input);
    const end = ended(working, run);
    if (!end) return { code: "plan-fails", reason: `the plan does not run: ${failureOf(run)}` };
    const reference = { ...around, migrations: [original.migration] };
    const same = await sameEnd(end, original.end, clones, reference);
    if (!same.equal)
      return {
        code: "differs",
        reason: `the plan ends in another state: ${same.differences.slice(0, 3).join(" ")}`.replace(/\.$/, ""),
      };
    const existing = new Set(
      original.run.states[0]?.catalog.objects.flatMap(({ kind, id }) =>
        kind === "table" ? [`${id.schema}.${id.name}`] : [],
      ),
    );
    return {
      before: { ...holdOf(original.run.statements, existing), ms: tookOf(original.run, null) },
      steps: steps.map(({ version }) => ({
        hold: holdOf(
          run.statements.filter((each) => each.migration === version),
          existing,
        ),
        ms: tookOf(run, version),
      })),
      oneByOne: original.oneByOne,
      otherOrder: same.otherOrder,
      undetermined: same.undetermined,
      numbered: (around.numbered ?? []).map(({ table, column }) => `${table.relname}.${column}`),
      reference: original.migration,
    };
  } catch (error) {
    throw error instanceof DatabaseError ? clones.reasonFor(error) : error;
  } finally {
    await clones.dropAll();
  }
}

interface Original {
  readonly migration: Migration;
  readonly run: AppliedRelease;
  readonly end: Ended;
  readonly oneByOne: string | null;
}

/** The original as written; if that fails, statement by statement, since some are refused only inside one transaction. */
async function runOriginal(
  migration: Migration,
  clones: Clones,
  around: ProofSurroundings,
): Promise<Original | Refused> {
  const first = await attempt(migration, clones, around);
  if (first.end) return { ...first, end: first.end, migration, oneByOne: null };
  const apart = { ...migration, up: { ...migration.up, transaction: "none" as const } };
  const reason = failureOf(first.run);
  const second = migration.up.statements.length > 1 ? await attempt(apart, clones, around) : first;
  if (second.end) return { ...second, end: second.end, migration: apart, oneByOne: reason };
  return {
    code: "original-fails",
    reason: `the original does not run, so there is nothing to compare with: ${reason}`,
  };
}

async function attempt(migration: Migration, clones: Clones, around: ProofSurroundings) {
  const working = await clones.make("original");
  const run = await applyRelease(working, clones, { ...around, migrations: [migration] });
  const end = ended(working, run);
  if (!end) await clones.drop(working);
  return { run, end };
}

function ended(working: WorkingClone, run: AppliedRelease): Ended | null {
  const state = run.states.at(-1);
  return run.failure || !state ? null : { working, state };
}

function failureOf({ failure }: AppliedRelease): string {
  if (!failure) return "it did not end";
  const sql = failure.statement?.sql.split("\n")[0] ?? "";
  return `${describeFailure(failure.error)}${sql === "" ? "" : ` (${sql})`}`;
}

function tookOf({ statements }: AppliedRelease, version: string | null): number {
  return statements
    .filter(({ migration }) => version === null || migration === version)
    .reduce((sum, { ms }) => sum + ms, 0);
}

/** The way back of each step: as found, and again with the statements that are written down for it. */
async function wayBack(
  steps: readonly Migration[],
  reference: Migration,
  isChance: boolean,
  around: ProofSurroundings,
): Promise<{ readonly downs: readonly ProvedDown[] } | Refused> {
  const found = await proveOnClone({ ...around, migrations: steps });
  if (!isTakenBack(found, isChance)) {
    const original = await proveOnClone({ ...around, migrations: [reference] });
    // If the original is not taken back either, the plan takes nothing away.
    if (isTakenBack(original, isChance) || found.after === null)
      return { code: "no-way-back", reason: `a step is not taken back: ${reasonIn(found)}` };
  }
  const candidates = steps.map((_, at) => found.rollbacks[at]?.candidate ?? null);
  const written = steps.map((step, at) => {
    const candidate = candidates[at];
    const alone = candidate && candidate.keep.length === 0 && candidate.statements.length > 0;
    return alone ? { ...step, down: downScript(candidate.statements, `${step.up.file}-down`) } : step;
  });
  const again = await proveOnClone({ ...around, migrations: written });
  return {
    downs: steps.map((_, at) => {
      const own = again.rollbacks[at];
      const author = own?.candidate?.source === "author" ? own.candidate.statements : null;
      const nothing = candidates[at]?.statements.length === 0 && candidates[at]?.keep.length === 0 ? [] : null;
      return { verdict: own?.verdict ?? found.rollbacks[at]?.verdict ?? "none", statements: author ?? nothing };
    }),
  };
}

/** Up, back and up again. What an application writes in between is not tested: the original's way back loses as much. */
function isTakenBack({ rollbacks, upAgain, after, findings }: Proof, isChance: boolean): boolean {
  const isWrong = findings.some(({ code, severity }) => severity === "error" && code.startsWith("backfill."));
  return after !== null && rollbacks.every(({ candidate }) => candidate !== null) && (upAgain || isChance) && !isWrong;
}

/** Codes of findings about what a proof ran after the way up. */
function isWayBack(code: string): boolean {
  return code.startsWith("backfill.") || code === "dry-run.not-again";
}

/** Why the first step from the end that stays is not taken back; earlier steps are not reached. */
function reasonIn({ findings, rollbacks }: Proof): string {
  const stays = rollbacks.find(({ candidate, behind }) => candidate === null && behind === null);
  const tried = stays?.trials.at(-1)?.differences[0] ?? stays?.differences[0];
  const said = findings.find(({ severity, code }) => severity === "error" && isWayBack(code))?.message;
  return (tried ?? said ?? "it does not lead to the same state a second time").replace(/\.$/, "");
}
