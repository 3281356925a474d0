import { sizeText } from "../../core/config/size.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";

/** SQLSTATE disk_full: what the server itself says when it comes to that. */
export const DISK_FULL = "53100";

/** Between two looks, in milliseconds. A migration may write for so long beyond the limit. */
const INTERVAL_MS = 250;

/** Watches the size of one clone, and ends all sessions on it when it grows beyond what it may. */
export class GrowthWatch {
  private stopped = false;
  private readonly ended: Promise<void>;
  /** Why the sessions were ended; null while the clone is small enough. */
  overgrown: DatabaseError | null = null;

  private constructor(
    private readonly session: Session,
    private readonly limit: number,
    private readonly clock: Clock,
    private readonly start: number,
  ) {
    this.ended = this.watch();
  }

  /** `session` is the watch's own, on the clone; `limit` in bytes. */
  static async begin(session: Session, limit: number, clock: Clock): Promise<GrowthWatch> {
    return new GrowthWatch(session, limit, clock, await sizeOf(session));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.ended;
    await this.session.close();
  }

  private async watch(): Promise<void> {
    try {
      while (!this.stopped) {
        const grown = (await sizeOf(this.session)) - this.start;
        if (grown > this.limit) {
          const message = `the clone grew by ${sizeText(grown)}, above dryRun.growthLimit of ${sizeText(this.limit)}, and was stopped`;
          this.overgrown = new DatabaseError(message, DISK_FULL);
          await this.session.query(END_OTHERS);
          return;
        }
        await this.clock.sleep(INTERVAL_MS);
      }
    } catch (error) {
      // A watch that ended with its server has nothing more to say; the sessions that it watched will.
      if (!(error instanceof DatabaseError)) throw error;
    }
  }
}

const END_OTHERS = `select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
  where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()`;

async function sizeOf(session: Session): Promise<number> {
  const [row] = await session.query<{ bytes: string }>(
    "select pg_database_size(pg_catalog.current_database())::text as bytes",
  );
  return Number(row?.bytes ?? 0);
}
