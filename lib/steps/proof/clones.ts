import { type Clone, type DatabaseError, NotDropped, type Session, type SessionOptions } from "../../ports/database.js";
import { assertContained } from "../migration/contained.js";
import type { ProveOnClone } from "./input.js";
import { GrowthUnknown, GrowthWatch } from "./watch-growth.js";

/** A clone and the session on it. */
export interface WorkingClone {
  readonly clone: Clone;
  readonly session: Session;
  /** Null if a clone may grow without a limit. */
  readonly growth: GrowthWatch | null;
}

/** The clones of one proof: whatever happens, none is left behind. */
export class Clones {
  private readonly open = new Set<WorkingClone>();
  private readonly begun: Promise<WorkingClone>[] = [];
  /** Why clones that are gone by now were stopped: for their size, or because it was no longer known. */
  private readonly stopped: DatabaseError[] = [];
  /** Clones that are still there. */
  readonly left: NotDropped[] = [];

  constructor(private readonly input: ProveOnClone) {}

  async make(purpose: string): Promise<WorkingClone> {
    this.input.signal?.throwIfAborted();
    this.assertWatched();
    const clone = await this.input.makeClone(purpose);
    try {
      assertContained(clone, this.input.migrations, this.input.queries);
      const working = { clone, ...(await this.sessionsOn(clone)) };
      this.open.add(working);
      return working;
    } catch (error) {
      await this.remove(clone);
      throw error;
    }
  }

  /** Makes a clone while something else goes on. Who needs it waits for it; who does not need it leaves it to `dropAll`. */
  begin(purpose: string): Promise<WorkingClone> {
    const making = this.make(purpose);
    // Until somebody waits for it, a failure must not end the process.
    making.catch(() => {});
    this.begun.push(making);
    return making;
  }

  /** Both at once. If one is refused, the other ends. */
  private async sessionsOn(clone: Clone): Promise<Omit<WorkingClone, "clone">> {
    const [session, growth] = await Promise.allSettled([this.connect(clone), this.watch(clone)]);
    if (session.status === "fulfilled" && growth.status === "fulfilled")
      return { session: session.value, growth: growth.value };
    if (session.status === "fulfilled") await session.value.close();
    if (growth.status === "fulfilled") await growth.value?.stop();
    throw session.status === "rejected" ? session.reason : (growth as PromiseRejectedResult).reason;
  }

  private async watch(clone: Clone): Promise<GrowthWatch | null> {
    const { growthLimit, clock } = this.input;
    if (growthLimit === undefined) return null;
    return GrowthWatch.begin(() => this.connectAsLogin(clone), growthLimit, clock);
  }

  /** If a session was ended for its clone's size, that is the reason for the failure, whatever the server called it. */
  reasonFor(error: DatabaseError): DatabaseError {
    return this.reasons()[0] ?? error;
  }

  /** Throws if a limit was asked for and some clone's size was not watched to the end. */
  assertWatched(): void {
    const unknown = this.reasons().find((reason) => reason instanceof GrowthUnknown);
    if (unknown) throw unknown;
  }

  private reasons(): readonly DatabaseError[] {
    return [...this.stopped, ...[...this.open].flatMap(({ growth }) => growth?.reason ?? [])];
  }

  /** Another session on a clone. */
  connect(clone: Clone): Promise<Session> {
    return clone.open(this.options());
  }

  /** A session that may end the others. */
  connectAsLogin(clone: Clone): Promise<Session> {
    return clone.open({ ...this.options(), asLogin: true });
  }

  private options(): SessionOptions {
    const { statementTimeout, lockTimeout } = this.input.settings;
    return { purpose: "write", statementTimeout, lockTimeout };
  }

  async drop(working: WorkingClone): Promise<void> {
    this.open.delete(working);
    await working.growth?.stop();
    if (working.growth?.reason) this.stopped.push(working.growth.reason);
    await working.session.close();
    await this.remove(working.clone);
  }

  /** A failed drop says nothing about the release. */
  private async remove(clone: Clone): Promise<void> {
    try {
      await clone.drop();
    } catch (error) {
      if (!(error instanceof NotDropped)) throw error;
      this.left.push(error);
    }
  }

  /** Drops all; throws the first failure after trying every one. */
  async dropAll(): Promise<void> {
    await Promise.allSettled(this.begun);
    const results = await Promise.allSettled([...this.open].map((working) => this.drop(working)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }
}
