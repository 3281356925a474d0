import type { LedgerFormat } from "../../core/release/ledger.js";
import type { Migration } from "../../core/release/release.js";
import type { RollbackSource } from "../../core/rollback/plan.js";
import type { Clock } from "../../ports/clock.js";
import { type Clone, DatabaseError } from "../../ports/database.js";
import type { SchemaDifference } from "../../ports/schema-difference.js";
import { applyMigration } from "../migration/apply-migration.js";
import type { SessionSettings } from "../migration/prepare-session.js";
import type { Proof, RollbackVerdict } from "./proof.js";
import { proveOnClone } from "./prove-on-clone.js";
import { seedRows } from "./seed-rows.js";

/** Databases that exist for the proof alone. */
export interface Workshop {
  /** An empty database, which grows by one migration after the other. */
  readonly chain: Clone;
  /** A copy of the chain as it is now; no session may be open on the chain. */
  copy(): Promise<Clone>;
}

export interface ProveFolder {
  readonly migrations: readonly Migration[];
  readonly workshop: Workshop;
  readonly difference: SchemaDifference;
  /** Made first: a migration may refer to its framework's own ledger. Null for none. */
  readonly ledger: LedgerFormat | null;
  readonly settings: SessionSettings;
  readonly clock: Clock;
  /** Rows to generate per empty table; 0 for none. */
  readonly seed: number;
  readonly thorough: boolean;
  /** Proves only these versions; the others are run to get there. */
  readonly only?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly proved?: (migration: ProvedMigration) => void;
}

export interface ProvedMigration {
  readonly id: string;
  readonly up: "ok" | "error" | "refused";
  readonly rollback: RollbackVerdict;
  readonly source: RollbackSource | null;
  /** What is kept aside so that nothing is lost. */
  readonly kept: readonly string[];
  readonly losses: readonly string[];
  /** Why the way back is not proved, or why the migration did not run. */
  readonly reasons: readonly string[];
  /** How the author's down migration did; null when there is none. */
  readonly author: RollbackVerdict | null;
  readonly ms: number;
}

/** Proves the migrations of a folder one by one, each from the state that those before it lead to. */
export async function proveFolder(input: ProveFolder): Promise<readonly ProvedMigration[]> {
  await makeLedger(input);
  const results: ProvedMigration[] = [];
  for (const migration of input.migrations) {
    input.signal?.throwIfAborted();
    if (input.only && !input.only.has(migration.version)) {
      await grow(input, migration);
      continue;
    }
    const proof = await proveOne(input, migration);
    const grown = await grow(input, migration);
    const result = summarise(migration, proof, grown);
    results.push(result);
    input.proved?.(result);
  }
  return results;
}

async function makeLedger({ ledger, settings, workshop }: ProveFolder): Promise<void> {
  const session = await workshop.chain.open({ purpose: "write", ...settings });
  try {
    for (const sql of ledger?.create ?? []) await session.script(sql);
  } finally {
    await session.close();
  }
}

function proveOne(input: ProveFolder, migration: Migration): Promise<Proof> {
  return proveOnClone({
    cluster: "folder",
    migrations: [migration],
    schema: null,
    makeClone: () => input.workshop.copy(),
    difference: input.difference,
    settings: input.settings,
    clock: input.clock,
    thorough: input.thorough,
    ...(input.signal ? { signal: input.signal } : {}),
  });
}

/** The next state of the chain. Why it could not be reached, or null. */
async function grow(input: ProveFolder, migration: Migration): Promise<string | null> {
  const { statementTimeout, lockTimeout } = input.settings;
  const session = await input.workshop.chain.open({ purpose: "write", statementTimeout, lockTimeout });
  try {
    await applyMigration(session, {
      migration,
      ledger: null,
      isolation: migration.up.isolation,
      settings: input.settings,
      schema: null,
      keep: [],
      clock: input.clock,
    });
    if (input.seed > 0) await seedRows(session, input.seed);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return `${error.message} [${error.code}]`;
  } finally {
    await session.close();
  }
}

function summarise(migration: Migration, proof: Proof, grown: string | null): ProvedMigration {
  const [rollback] = proof.rollbacks;
  const refused = proof.findings.find(({ unknown, code }) => unknown || code.startsWith("dry-run.transaction"));
  const errors = proof.findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
  const candidate = rollback?.candidate ?? null;
  return {
    id: migration.name === "" ? migration.version : `${migration.version}_${migration.name}`,
    up: proof.after !== null && grown === null ? "ok" : refused ? "refused" : "error",
    rollback: candidate && !proof.upAgain ? "differs" : (rollback?.verdict ?? "none"),
    source: candidate?.source ?? null,
    kept: candidate?.keep.flatMap(({ tables }) => tables) ?? [],
    losses: rollback?.losses.map(({ what, name }) => `${what} ${name}`) ?? [],
    reasons: errors.length > 0 ? errors : grown === null ? [] : [grown],
    author: rollback?.trials.find(({ source }) => source === "author")?.verdict ?? null,
    ms: proof.ms,
  };
}

/** True when the migration ran and its way back leads back. */
export function isProved({ up, rollback }: ProvedMigration): boolean {
  return up === "ok" && (rollback === "exact" || rollback === "order");
}
