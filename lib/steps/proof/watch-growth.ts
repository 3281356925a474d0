import { sizeText } from "../../core/size.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";

/** SQLSTATE disk_full: what the server itself says in that case. */
export const DISK_FULL = "53100";

/** Time between two looks, in milliseconds. A migration may keep writing beyond the limit for this long. */
const INTERVAL_MS = 250;

/** A limit was asked for, and it could no longer be seen whether the clone kept to it. */
export class GrowthUnknown extends DatabaseError {
  constructor(
    limit: number,
    override readonly cause: DatabaseError,
  ) {
    const asked = `dryRun.growthLimit of ${sizeText(limit)}`;
    super(`how far the clone grew could not be watched to the end, against the ${asked}: ${cause.message}`, cause.code);
  }
}

/** Watches the size of one clone, and ends all sessions on it if it exceeds its limit, or cannot be watched. */
export class GrowthWatch {
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;
  /** Why the sessions were ended; null while the clone is known to be small enough. */
  reason: DatabaseError | null = null;

  private constructor(
    private readonly connect: () => Promise<Session>,
    private readonly limit: number,
    private readonly clock: Clock,
    session: Session,
    private readonly start: number,
  ) {
    this.ended = this.watch(session);
    // `stop` reports it; until then nobody waits for it, and an interrupted query must not end the process.
    this.ended.catch(() => {});
  }

  /** `connect` opens the watch's own session on the clone; `limit` in bytes. */
  static async begin(connect: () => Promise<Session>, limit: number, clock: Clock): Promise<GrowthWatch> {
    const session = await connect();
    return new GrowthWatch(connect, limit, clock, session, await sizeOf(session));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  /** A broken connection is recreated once. */
  private async watch(session: Session): Promise<void> {
    if ((await failureOf(this.look(session))) === null || this.stopping.signal.aborted) return;
    const failure = await failureOf(this.connect().then((again) => this.look(again)));
    if (failure === null) return;
    this.reason ??= new GrowthUnknown(this.limit, failure);
    // Even if this fails too, the reason keeps the proof from passing.
    await failureOf(this.connect().then(endOthers));
  }

  private async look(session: Session): Promise<void> {
    try {
      while (!this.stopping.signal.aborted) {
        const grown = (await sizeOf(session)) - this.start;
        if (grown > this.limit) {
          const message = `the clone grew by ${sizeText(grown)}, above dryRun.growthLimit of ${sizeText(this.limit)}, and was stopped`;
          this.reason = new DatabaseError(message, DISK_FULL);
          await session.query(END_OTHERS);
          return;
        }
        await this.clock.sleep(INTERVAL_MS, this.stopping.signal);
      }
    } finally {
      await session.close();
    }
  }
}

const END_OTHERS = `select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
  where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid() and pg_catalog.pg_has_role(usesysid, 'USAGE')`;

async function endOthers(session: Session): Promise<void> {
  try {
    await session.query(END_OTHERS);
  } finally {
    await session.close();
  }
}

/** Null if the work finished. */
async function failureOf(work: Promise<void>): Promise<DatabaseError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

async function sizeOf(session: Session): Promise<number> {
  const [row] = await session.query<{ bytes: string }>(
    "select pg_database_size(pg_catalog.current_database())::text as bytes",
  );
  return Number(row?.bytes ?? 0);
}
