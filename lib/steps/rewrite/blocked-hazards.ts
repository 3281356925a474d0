import type { Catalog } from "../../core/catalog/catalog.js";
import type { RewriteEvidence } from "../../core/evidence/rewrite-evidence.js";
import { type LintInput, lintRelease } from "../../core/lint/lint-release.js";
import type { Migration } from "../../core/migration/release.js";
import type { RewritePlan } from "../../core/rewrite/plan.js";
import { planRewrite } from "../../core/rewrite/plan-rewrite.js";
import { REWRITABLE } from "../../core/rewrite/rewritable.js";
import type { Clone } from "../../ports/database.js";
import { largestTables } from "../catalog/largest-tables.js";
import { readCatalog, readStatistics } from "../catalog/read-catalog.js";
import { up } from "../proof/apply-on-clone.js";
import type { ProveOnClone } from "../proof/input.js";
import { proveRewrite, type RewriteProof } from "./prove-rewrite.js";

/** Proving more of them would hold up the answer. */
const MOST = 3;

/**
 * Plans and proves a way around each hazard for which lint blocks the release, on clones of a tenant that is a database of its own. Migrations
 * without such a way are left out. Throws `DatabaseError` if the server or a clone failed; leaves no clone behind. `catalog`: the tenant's.
 */
export async function rewriteBlocked(
  input: ProveOnClone,
  catalog: Catalog,
  today: string,
): Promise<readonly RewriteEvidence[]> {
  const { migrations, schema } = input;
  const scripts = migrations.map((migration) => migration.up);
  if (schema !== null || (await blockedFiles({ scripts, catalog, today })).size === 0) return [];
  const base = await factsAfter(input, []);
  const statistics = largestTables([{ tenant: "", statistics: base.statistics }], new Map());
  const blocked = await blockedFiles({ scripts, catalog: base.catalog, statistics, today });
  const found: RewriteEvidence[] = [];
  for (const migration of migrations.filter(({ up }) => blocked.has(up.file)).slice(0, MOST)) {
    const earlier = migrations.slice(0, migrations.indexOf(migration));
    const before = earlier.length === 0 ? base : await factsAfter(input, earlier);
    const { plan } = await planRewrite(migration.up, before.catalog);
    if (!plan || plan.rewritten.length === 0) continue;
    const { isolation: _, ...around } = input;
    const makeClone = (purpose: string) => cloneAfter(input, earlier, purpose);
    const { proof } = await proveRewrite(plan, migration, { ...around, makeClone, thorough: false, workload: [] });
    if (proof) found.push(evidenceOf(migration, plan, proof));
  }
  return found;
}

/** SQL files with a hazard that blocks and that a rewrite takes apart. */
async function blockedFiles(input: LintInput): Promise<ReadonlySet<string>> {
  const findings = await lintRelease(input);
  return new Set(
    findings.flatMap(({ code, severity, nested, source }) =>
      severity === "error" && !nested && source?.file.endsWith(".sql") && REWRITABLE.has(code) ? [source.file] : [],
    ),
  );
}

function evidenceOf(migration: Migration, plan: RewritePlan, proof: RewriteProof): RewriteEvidence {
  return {
    migration: migration.version,
    file: migration.up.file,
    how: [...new Set(plan.rewritten.map(({ title }) => title))],
    original: proof.before,
    steps: plan.steps.flatMap(({ phase, statements, condition }, at) => {
      const proved = proof.steps[at];
      if (!proved) return [];
      const back = proved.down.verdict === "exact" || proved.down.verdict === "order";
      return [{ phase, statements: [...statements], condition, hold: { ...proved.hold, ms: proved.ms }, back }];
    }),
  };
}

/** A clone with the migrations that come before. */
async function cloneAfter(input: ProveOnClone, earlier: readonly Migration[], purpose: string): Promise<Clone> {
  const clone = await input.makeClone(purpose);
  if (earlier.length === 0) return clone;
  try {
    const session = await clone.open({ purpose: "write", ...input.settings });
    try {
      for (const migration of earlier) await up(session, input, migration, []);
    } finally {
      await session.close();
    }
    return clone;
  } catch (error) {
    await clone.drop();
    throw error;
  }
}

async function factsAfter(input: ProveOnClone, earlier: readonly Migration[]) {
  const clone = await cloneAfter(input, earlier, "rewrite");
  try {
    const session = await clone.open({ purpose: "read", ...input.settings });
    try {
      return { catalog: await readCatalog(session, null), statistics: await readStatistics(session, null) };
    } finally {
      await session.close();
    }
  } finally {
    await clone.drop();
  }
}
