import type { Migration } from "../../core/migration/release.js";
import type { RewritePlan } from "../../core/rewrite/plan.js";
import { planRewrite } from "../../core/rewrite/plan-rewrite.js";
import type { RewriteRefusal } from "../../core/rewrite/refusal.js";
import { runsAs } from "../../core/rewrite/step-migrations.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Clone } from "../../ports/database.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { makeLedger, type ProveFolder } from "../proof/prove-folder.js";
import { SeededChain } from "../proof/seeded-database.js";
import { proveRewrite, type RewriteProof } from "./prove-rewrite.js";

/** What happened to one migration. A plan without a proof does not count: it is refused. */
export type RewrittenMigration = {
  readonly migration: Migration;
} /** `condition`: for a migration that already is a contract step, when it may run; null for one that may run now. */ & (
  | { readonly outcome: "unchanged"; readonly condition: string | null }
  | { readonly outcome: "rewritten"; readonly plan: RewritePlan; readonly proof: RewriteProof }
  | { readonly outcome: "refused"; readonly refusal: RewriteRefusal }
);

export interface RewriteFolder extends Omit<ProveFolder, "thorough" | "only" | "proved" | "witness"> {
  /** Id of the folder's convention. */
  readonly convention: string;
  /** Versions to rewrite; the others run only to get there. */
  readonly targets: ReadonlySet<string>;
  /** Queries of the versions of the application that are deployed while the steps run; none if empty. */
  readonly workload: readonly WorkloadQuery[];
  readonly done?: (result: RewrittenMigration) => void;
}

/** Rewrites migrations of a folder one by one, each over the schema that the earlier ones lead to. */
export async function rewriteFolder(input: RewriteFolder): Promise<readonly RewrittenMigration[]> {
  const whole = { ...input, thorough: false };
  await makeLedger(whole);
  const chain = new SeededChain(whole, input.databases);
  const results: RewrittenMigration[] = [];
  try {
    for (const migration of input.migrations) {
      input.signal?.throwIfAborted();
      if (input.targets.has(migration.version)) {
        const result = await rewriteOne(input, chain, migration);
        results.push(result);
        input.done?.(result);
        if (results.length === input.targets.size) break;
      }
      const reason = await chain.grow(migration);
      if (reason !== null) {
        results.push(...unreached(input, migration, reason, results.length));
        break;
      }
    }
    return results;
  } finally {
    await chain.drop();
  }
}

/** Migrations behind one that does not run cannot be planned. */
function unreached(
  input: RewriteFolder,
  failed: Migration,
  reason: string,
  done: number,
): readonly RewrittenMigration[] {
  const left = input.migrations.filter(({ version }) => input.targets.has(version)).slice(done);
  return left.map((migration) => {
    const refusal = {
      code: "original-fails",
      reason: `${failed.up.file} before it does not run: ${reason}`,
      source: null,
    } as const;
    const result = { migration, outcome: "refused", refusal } as const;
    input.done?.(result);
    return result;
  });
}

/** Over generated rows first; if they are in a migration's way, it is tried over fewer. */
async function rewriteOne(input: RewriteFolder, chain: SeededChain, migration: Migration): Promise<RewrittenMigration> {
  let refused: RewriteRefusal | null = null;
  for await (const { from } of chain.stages()) {
    const result = await rewriteFrom(input, migration, from);
    if (result.outcome !== "refused" || result.refusal.code !== "original-fails") return result;
    refused ??= result.refusal;
  }
  if (!refused) throw new Error("a chain has at least one stage");
  return { migration, outcome: "refused", refusal: refused };
}

async function rewriteFrom(input: RewriteFolder, migration: Migration, from: Clone): Promise<RewrittenMigration> {
  const { plan, refusal } = await planRewrite(migration.up, await catalogOf(from, input));
  if (refusal) return { migration, outcome: "refused", refusal };
  if (isItself(plan, migration, input.convention))
    return { migration, outcome: "unchanged", condition: plan.steps[0]?.condition ?? null };
  const proved = await proveRewrite(plan, migration, {
    cluster: "folder",
    schema: null,
    makeClone: () => input.databases.copy(from),
    difference: input.difference,
    settings: input.settings,
    clock: input.clock,
    thorough: false,
    growthLimit: input.growthLimit,
    workload: input.workload,
    ...(input.signal ? { signal: input.signal } : {}),
  });
  if (proved.refusal) return { migration, outcome: "refused", refusal: { ...proved.refusal, source: null } };
  return { migration, outcome: "rewritten", plan, proof: proved.proof };
}

async function catalogOf(clone: Clone, { settings }: RewriteFolder) {
  const session = await clone.open({ purpose: "read", ...settings });
  try {
    return await readCatalog(session, null);
  } finally {
    await session.close();
  }
}

/** Conventions that say nothing about transactions: our own rollout handles what PostgreSQL refuses in one. */
const WITHOUT_MARKS: ReadonlySet<string> = new Set(["plain", "up-down"]);

/** Whether nothing of a migration is rewritten: it is one step, and runs as that step would. */
function isItself({ steps }: RewritePlan, { up }: Migration, convention: string): boolean {
  const [only, ...others] = steps;
  if (!only) return true;
  const sameMode = only.transaction === up.transaction || WITHOUT_MARKS.has(convention);
  return others.length === 0 && sameMode && runsAs(up, only);
}
