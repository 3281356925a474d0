import type { Session, SessionPool } from "../../ports/database.js";

/** Tenants that one session reads. A backend keeps what it has looked up of each, so its memory would grow with the fleet. */
const MOST_TENANTS = 50;

/** Hands each session on to the next tenant until `close`. */
export class ReaderPool implements SessionPool {
  private readonly waiting = new Map<string, Session[]>();
  private readonly tenants = new WeakMap<Session, number>();
  private closed = false;

  take(key: string): Session | null {
    return this.waiting.get(key)?.pop() ?? null;
  }

  giveBack(key: string, session: Session): boolean {
    const read = (this.tenants.get(session) ?? 0) + 1;
    if (this.closed || read >= MOST_TENANTS) return false;
    this.tenants.set(session, read);
    this.waiting.set(key, [...(this.waiting.get(key) ?? []), session]);
    return true;
  }

  /** Ends the sessions that nobody uses any more. Those in use end when their user closes them. */
  async close(): Promise<void> {
    this.closed = true;
    const sessions = [...this.waiting.values()].flat();
    this.waiting.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** Runs `work` with sessions that its tenants share, and ends them. */
export async function withReaderPool<T>(work: (pool: ReaderPool) => Promise<T>): Promise<T> {
  const pool = new ReaderPool();
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}
