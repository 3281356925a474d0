import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import { openProofDatabases } from "../../lib/api/open-proof-databases.js";
import { lintRelease } from "../../lib/core/lint/lint-release.js";
import { RULES } from "../../lib/core/lint/rules/index.js";
import type { Migration } from "../../lib/core/migration/release.js";
import { ledgerFor } from "../../lib/core/release/ledgers/ledgers.js";
import { readRelease } from "../../lib/core/release/read-release.js";
import { NO_REWRITE } from "../../lib/core/rewrite/no-rewrite.js";
import { REWRITABLE } from "../../lib/core/rewrite/rewritable.js";
import { GROWTH_LIMIT } from "../../lib/steps/proof/prove-folder.js";
import { type RewrittenMigration, rewriteFolder } from "../../lib/steps/rewrite/rewrite-folder.js";
import { testClock } from "../support/migration.js";
import { serverUrl } from "../support/postgres.js";
import { REPOSITORIES } from "./prove/repositories.js";

/** A folder with public repositories, each under its own name. */
const CORPUS = process.env.SCHEMA_GATE_CORPUS ?? "";
const ONLY = process.env.SCHEMA_GATE_CORPUS_ONLY?.split(",");
/** How many migrations of each repository are tried, spread evenly over those with a hazard; all without it. */
const EACH = Number(process.env.SCHEMA_GATE_CORPUS_EACH ?? "0");
const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

const present = REPOSITORIES.filter(({ name }) => ONLY?.includes(name) ?? true).filter(({ name, folder }) =>
  existsSync(join(CORPUS, name, folder)),
);

/** What came of hazardous statements: `rewritten`, `whole`, `unchanged`, or the code of a refusal. */
const total = new Map<string, number>();

it.runIf(CORPUS !== "").each(present)(
  "$name: no plan that leads to another end",
  { timeout: 7_200_000 },
  async ({ name, folder }) => {
    const release = await readRelease(await readReleaseFolder(join(CORPUS, name, folder)));
    const hazards = await hazardsOf(release.migrations);
    const dangerous = release.migrations.filter(({ version }) => hazards.has(version));
    const step = EACH > 0 ? Math.max(1, dangerous.length / EACH) : 1;
    const chosen = dangerous.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
    const databases = await openProofDatabases(endpointOf(serverUrl("18")));
    const own = new Map<string, number>();
    try {
      await rewriteFolder({
        migrations: release.migrations,
        convention: release.convention,
        targets: new Set(chosen.map(({ version }) => version)),
        workload: [],
        databases,
        difference: schemaDifference,
        ledger: ledgerFor(release.convention, null),
        settings: SETTINGS,
        clock: testClock,
        growthLimit: GROWTH_LIMIT,
        seed: 5,
        done: (result) => {
          const outcome = result.outcome === "refused" ? result.refusal.code : result.outcome;
          const count = hazards.get(result.migration.version) ?? 0;
          const whole = result.outcome === "rewritten" ? result.plan.whole.length : 0;
          for (const sums of [own, total]) {
            sums.set(outcome, (sums.get(outcome) ?? 0) + count - whole);
            if (whole > 0) sums.set("whole", (sums.get("whole") ?? 0) + whole);
          }
          console.log(`  ${name} ${lineOf(result, count)}`);
        },
      });
    } finally {
      await databases.chain.drop();
    }
    console.log(`| ${name} | ${chosen.length} of ${dangerous.length} | ${sumsOf(own)} |`);
    expect(own.get("differs") ?? 0).toBe(0);
  },
);

it.runIf(CORPUS !== "")("all of them", () => {
  const statements = [...total.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${statements} hazardous statements: ${sumsOf(total)}`);
});

it.runIf(CORPUS === "")("is skipped: SCHEMA_GATE_CORPUS names no folder with public repositories", () => {
  console.log(
    "Set SCHEMA_GATE_CORPUS to a folder with checkouts, each under its own name, to rewrite their migrations.",
  );
});

/** How many statements of each migration lint finds a hazard in that rewriting is for: whether there is a way or none. */
async function hazardsOf(migrations: readonly Migration[]): Promise<ReadonlyMap<string, number>> {
  const rules = new Map(RULES.map((rule) => [rule.id, rule]));
  const sql = migrations.filter(({ up }) => up.language === "sql");
  const findings = await lintRelease({
    scripts: sql.map(({ up }) => up),
    today: "1970-01-01",
    circumstances: { together: false, separate: false },
  });
  const places = findings.filter(({ code, severity }) => {
    const rule = rules.get(code);
    if (rule === undefined || severity === "note") return false;
    return REWRITABLE.has(code) || code in NO_REWRITE || (severity === "error" && rule.work !== "none");
  });
  const found = new Map<string, Set<number>>();
  for (const { source } of places) {
    const migration = sql.find(({ up }) => up.file === source?.file);
    const statement = migration?.up.statements.findLast((each) => each.source.line <= (source?.line ?? 0));
    if (!migration || !statement) continue;
    const own = found.get(migration.version) ?? new Set();
    found.set(migration.version, own.add(statement.index));
  }
  return new Map([...found].map(([version, statements]) => [version, statements.size]));
}

function lineOf(result: RewrittenMigration, statements: number): string {
  const file = `${result.migration.up.file} (${statements})`;
  if (result.outcome === "refused") return `${file} ${result.refusal.code}: ${result.refusal.reason.slice(0, 300)}`;
  if (result.outcome === "unchanged") return `${file} unchanged`;
  return `${file} rewritten: ${result.plan.rewritten.map(({ kind }) => kind).join(" ")}`;
}

function sumsOf(sums: ReadonlyMap<string, number>): string {
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
}
