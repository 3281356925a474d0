import type { Migration } from "../../core/migration/release.js";
import { type Clone, DatabaseError } from "../../ports/database.js";
import { assertContained } from "../migration/contained.js";
import { replayMigration } from "../migration/replay-migration.js";
import type { ProofDatabases, ProveFolder } from "./prove-folder.js";
import { seedRows } from "./seed-rows.js";

/**
 * The databases that a folder's migrations grow: one with the rows that the migrations themselves make, and, if rows are asked for, one
 * that has generated rows too. If a migration does not run over these, they are generated again.
 */
export class SeededChain {
  private filled: Clone | null = null;

  constructor(
    private readonly input: ProveFolder,
    private readonly databases: ProofDatabases,
  ) {}

  /** Databases to prove the next migration on, best first; the next one is tried if the migration does not run. */
  async *stages(): AsyncGenerator<{ readonly from: Clone; readonly generated: boolean }> {
    if (this.input.seed > 0) {
      const known = this.filled;
      yield { from: known ?? (await this.refill()), generated: true };
      if (known) yield { from: await this.refill(), generated: true };
    }
    yield { from: this.databases.chain, generated: false };
  }

  /** Moves to the next state. Returns why it could not be reached, or null. */
  async grow(migration: Migration): Promise<string | null> {
    const reason = await this.run(this.databases.chain, migration);
    if (reason !== null || this.input.seed === 0) return reason;
    if (this.filled && (await this.run(this.filled, migration)) === null) await this.fill(this.filled);
    else await this.refill();
    return null;
  }

  async drop(): Promise<void> {
    await this.filled?.drop();
    this.filled = null;
  }

  private async refill(): Promise<Clone> {
    await this.drop();
    const made = await this.databases.copy(this.databases.chain);
    this.filled = made;
    await this.fill(made);
    return made;
  }

  private async fill(clone: Clone): Promise<void> {
    const session = await clone.open({ purpose: "write", ...this.input.settings });
    try {
      await seedRows(session, this.input.seed);
    } finally {
      await session.close();
    }
  }

  private async run(clone: Clone, migration: Migration): Promise<string | null> {
    const { settings, clock } = this.input;
    const { isolation } = migration.up;
    const session = await clone.open({ purpose: "write", ...settings });
    try {
      assertContained(clone, [migration]);
      await replayMigration(session, { migration, ledger: null, isolation, settings, schema: null, keep: [], clock });
      return null;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return `${error.message} [${error.code}]`;
    } finally {
      await session.close();
    }
  }
}
