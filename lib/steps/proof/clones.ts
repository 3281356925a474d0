import type { Clone, Session } from "../../ports/database.js";
import type { ProveOnClone } from "./input.js";

/** A clone and the session on it. */
export interface Bench {
  readonly clone: Clone;
  readonly session: Session;
}

/** The clones of one proof: whatever happens, none is left behind. */
export class Clones {
  private readonly open = new Set<Bench>();

  constructor(private readonly input: ProveOnClone) {}

  async make(purpose: string): Promise<Bench> {
    this.input.signal?.throwIfAborted();
    const clone = await this.input.makeClone(purpose);
    try {
      const bench = { clone, session: await this.connect(clone) };
      this.open.add(bench);
      return bench;
    } catch (error) {
      await clone.drop();
      throw error;
    }
  }

  /** A further session on a clone. */
  connect(clone: Clone): Promise<Session> {
    const { statementTimeout, lockTimeout } = this.input.settings;
    return clone.open({ purpose: "write", statementTimeout, lockTimeout });
  }

  async drop(bench: Bench): Promise<void> {
    this.open.delete(bench);
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
