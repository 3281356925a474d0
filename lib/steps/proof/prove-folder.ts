import type { Migration } from "../../core/migration/release.js";
import { refusalsOf } from "../../core/operations/index.js";
import type { LedgerFormat } from "../../core/release/ledger.js";
import type { RollbackSource } from "../../core/rollback/plan.js";
import type { Clock } from "../../ports/clock.js";
import { type Clone, DatabaseError } from "../../ports/database.js";
import type { SchemaDifference } from "../../ports/schema-difference.js";
import { placedLedger } from "../catalog/ledger.js";
import type { SessionSettings } from "../migration/prepare-session.js";
import type { Proof, ProvedRollback, RollbackVerdict } from "./proof.js";
import { proveOnClone } from "./prove-on-clone.js";
import { SeededChain } from "./seeded-database.js";
import { describeFailure } from "./try-candidate.js";

/** Databases that exist only for the proof. */
export interface ProofDatabases {
  /** An empty database that grows by one migration after another. */
  readonly chain: Clone;
  /** A copy of the chain, or of one of its copies, in its current state; no session may be open on it. */
  copy(of: Clone): Promise<Clone>;
}

/** Bytes that a copy may grow by, if no config says otherwise. */
export const GROWTH_LIMIT = 20 * 2 ** 30;

export interface ProveFolder {
  readonly migrations: readonly Migration[];
  readonly databases: ProofDatabases;
  readonly difference: SchemaDifference;
  /** Created first: a migration may refer to its framework's own ledger. Null for none. */
  readonly ledger: LedgerFormat | null;
  readonly settings: SessionSettings;
  readonly clock: Clock;
  /** Rows to generate per empty table; 0 for none. */
  readonly seed: number;
  readonly thorough: boolean;
  /** Bytes that a copy may grow by. */
  readonly growthLimit: number;
  /** Proves only these versions; the others run only to get there. */
  readonly only?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly proved?: (migration: ProvedMigration) => void;
  /** Sees each proof together with the database that it started from, before that grows; it may make copies of it. */
  readonly witness?: (migration: Migration, proof: Proof, from: Clone) => Promise<void>;
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
  /** The result of the author's down migration; null if there is none. */
  readonly author: RollbackVerdict | null;
  /** Whether it was proved over generated rows; false if none were asked for, or it runs over none. */
  readonly generated: boolean;
  readonly ms: number;
}

/** Proves the migrations of a folder one by one, each from the state that the earlier ones lead to. */
export async function proveFolder(input: ProveFolder): Promise<readonly ProvedMigration[]> {
  await makeLedger(input);
  const chain = new SeededChain(input, input.databases);
  const results: ProvedMigration[] = [];
  try {
    for (const migration of input.migrations) {
      input.signal?.throwIfAborted();
      if (input.only && !input.only.has(migration.version)) {
        await chain.grow(migration);
        continue;
      }
      const result = await proveAndGrow(input, chain, migration);
      results.push(result);
      input.proved?.(result);
    }
    return results;
  } finally {
    await chain.drop();
  }
}

/** If the server refuses to read one state, that is reported for its migration, and the others are still proved. */
async function proveAndGrow(input: ProveFolder, chain: SeededChain, migration: Migration): Promise<ProvedMigration> {
  const start = input.clock.monotonic();
  try {
    const { proof, generated, from } = await proveOne(input, chain, migration);
    await input.witness?.(migration, proof, from);
    const grown = stoppedBy(proof) ?? (await chain.grow(migration));
    return summarise(migration, proof, grown, generated);
  } catch (error) {
    if (!(error instanceof DatabaseError) || CONNECTION.test(error.code)) throw error;
    const grown = await chain.grow(migration);
    const reasons = [`It could not be proved: ${describeFailure(error)}.`, ...(grown === null ? [] : [grown])];
    const nothing = { rollback: "none", source: null, kept: [], losses: [], author: null, generated: false } as const;
    return { id: idOf(migration), up: "error", ...nothing, reasons, ms: input.clock.monotonic() - start };
  }
}

/** The connection broke, or the server is out of resources: no other migration would do better (class 08, 53, 57P, system codes). */
const CONNECTION = /^(08|53|57P|E[A-Z])/;

function idOf({ name, version }: Migration): string {
  return name === "" ? version : `${version}_${name}`;
}

const STOPPED: readonly string[] = ["dry-run.too-slow", "dry-run.disk-full", "dry-run.growth-unknown"];

/** Why it would not finish on the chain either; null if nothing stopped it. */
function stoppedBy({ findings }: Proof): string | null {
  return findings.find(({ code }) => STOPPED.includes(code))?.message ?? null;
}

/** Creates the table in which the framework records what has run. */
export async function makeLedger({
  ledger,
  settings,
  databases,
}: Pick<ProveFolder, "ledger" | "settings" | "databases">): Promise<void> {
  const session = await databases.chain.open({ purpose: "write", ...settings });
  try {
    const placed = ledger && (await placedLedger(session, ledger));
    for (const sql of placed?.create ?? []) await session.script(sql);
  } finally {
    await session.close();
  }
}

/** A migration that does not run over generated rows is tried over fewer: if the rows are in its way, that says nothing about it. */
async function proveOne(input: ProveFolder, chain: SeededChain, migration: Migration) {
  for await (const { from, generated } of chain.stages()) {
    const proof = await proveFrom(input, migration, from);
    const ran = proof.after !== null || proof.findings.some(({ code }) => code !== "dry-run.failed");
    if (ran || !generated) return { proof, generated, from };
  }
  throw new Error("a chain has at least one stage");
}

function proveFrom(input: ProveFolder, migration: Migration, from: Clone): Promise<Proof> {
  return proveOnClone({
    cluster: "folder",
    migrations: [migration],
    schema: null,
    makeClone: () => input.databases.copy(from),
    difference: input.difference,
    settings: input.settings,
    clock: input.clock,
    thorough: input.thorough,
    growthLimit: input.growthLimit,
    ...(input.signal ? { signal: input.signal } : {}),
  });
}

function summarise(migration: Migration, proof: Proof, grown: string | null, generated: boolean): ProvedMigration {
  const [rollback] = proof.rollbacks;
  const refused = refusalsOf(migration).length > 0 || proof.findings.some(({ unknown }) => unknown);
  const errors = proof.findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
  const candidate = rollback?.candidate ?? null;
  return {
    id: idOf(migration),
    up: proof.after !== null && grown === null ? "ok" : refused ? "refused" : "error",
    rollback: candidate && !proof.upAgain ? "differs" : (rollback?.verdict ?? "none"),
    source: candidate?.source ?? null,
    kept: candidate?.keep.flatMap(({ tables }) => tables) ?? [],
    losses: rollback?.losses.map(({ what, name }) => `${what} ${name}`) ?? [],
    reasons: once([...errors, ...(candidate ? [] : triedInVain(rollback)), ...(grown === null ? [] : [grown])]),
    author: rollback?.trials.find(({ source }) => source === "author")?.verdict ?? null,
    generated,
    ms: proof.ms,
  };
}

/** Without what another reason already says in full. */
function once(reasons: readonly string[]): readonly string[] {
  const distinct = [...new Set(reasons)];
  return distinct.filter((each) => !distinct.some((other) => other !== each && other.includes(core(each))));
}

function core(reason: string): string {
  return reason.replace(/^Tried \w+ \(\w+\): /, "").replace(/\.$/, "");
}

/** Each way back that was tried, and the first things that it left. */
function triedInVain(rollback: ProvedRollback | undefined): readonly string[] {
  return (rollback?.trials ?? []).map(
    ({ source, verdict, differences }) => `Tried ${source} (${verdict}): ${differences.slice(0, 2).join(" ")}`,
  );
}

/** True when the migration ran and its way back leads to the state before. */
export function isProved({ up, rollback }: ProvedMigration): boolean {
  return up === "ok" && (rollback === "exact" || rollback === "order");
}
