import type { Clone, DatabaseError, Session } from "../../ports/database.js";
import type { ProveOnClone } from "./input.js";
import { GrowthWatch } from "./watch-growth.js";

/** A clone and the session on it. */
export interface Bench {
  readonly clone: Clone;
  readonly session: Session;
  /** Null where a clone may grow without a limit. */
  readonly growth: GrowthWatch | null;
}

/** The clones of one proof: whatever happens, none is left behind. */
export class Clones {
  private readonly open = new Set<Bench>();
  /** Why a clone was stopped for its size; null when none was. */
  overgrown: DatabaseError | null = null;

  constructor(private readonly input: ProveOnClone) {}

  async make(purpose: string): Promise<Bench> {
    this.input.signal?.throwIfAborted();
    const clone = await this.input.makeClone(purpose);
    try {
      const bench = { clone, session: await this.connect(clone), growth: await this.watch(clone) };
      this.open.add(bench);
      return bench;
    } catch (error) {
      await clone.drop();
      throw error;
    }
  }

  private async watch(clone: Clone): Promise<GrowthWatch | null> {
    const { growthLimit, clock } = this.input;
    if (growthLimit === undefined) return null;
    return GrowthWatch.begin(await this.connect(clone), growthLimit, clock);
  }

  /** A session that was ended because its clone had grown too large fails for that reason, whatever the server called it. */
  reasonFor(error: DatabaseError): DatabaseError {
    for (const { growth } of this.open) this.overgrown ??= growth?.overgrown ?? null;
    return this.overgrown ?? error;
  }

  /** A further session on a clone. */
  connect(clone: Clone): Promise<Session> {
    const { statementTimeout, lockTimeout } = this.input.settings;
    return clone.open({ purpose: "write", statementTimeout, lockTimeout });
  }

  async drop(bench: Bench): Promise<void> {
    this.open.delete(bench);
    await bench.growth?.stop();
    this.overgrown ??= bench.growth?.overgrown ?? null;
    await bench.session.close();
    await bench.clone.drop();
  }

  /** Drops all; throws the first failure after having tried every one. */
  async dropAll(): Promise<void> {
    const results = await Promise.allSettled([...this.open].map((bench) => this.drop(bench)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }
}
