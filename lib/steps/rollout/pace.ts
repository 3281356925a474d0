import type { Decision } from "../../core/rollout/governor.js";
import type { Session } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { BackfillPace, BackfillSeen } from "../migration/backfill-pace.js";
import type { BackfillProgress } from "../run/backfill-progress.js";
import { FULL_SPEED } from "../run/operator-entries.js";
import { artifact } from "../run/records.js";
import { type Governor, governorOf } from "./governor.js";
import { untilFree } from "./hold.js";
import { speedNow } from "./speed.js";
import type { TenantContext } from "./tenant-context.js";

/** The remaining time of a process must be enough for one more batch. */
const ENOUGH_MS = 20_000;
/** How soon a person's pause is noticed; small files are read each time. */
const ASK_EVERY_MS = 500;
/** How often progress is written. */
const TELL_EVERY_MS = 2_000;
const POLL_MS = 200;
/** Share of the time, while a figure is past half of its limit. */
const SLOW = 0.5;
const LONGEST_REST_MS = 60_000;

/** Between the batches of one tenant: stops if the run is asked to or this process is ending, and waits while the tenant or its host is held. */
export function paceOf(ports: Ports, context: TenantContext): BackfillPace {
  return new TenantPace(ports, context);
}

class TenantPace implements BackfillPace {
  private asked = Number.NEGATIVE_INFINITY;
  private told = Number.NEGATIVE_INFINITY;
  private speed = FULL_SPEED;
  private first: { readonly at: number; readonly rows: number } | null = null;

  constructor(
    private readonly ports: Ports,
    private readonly context: TenantContext,
  ) {}

  private get governor(): Governor {
    return governorOf(this.ports, this.context.config, this.context.tenant.host);
  }

  async between(session: Session, seen: BackfillSeen): Promise<void> {
    await this.refuseEnd();
    const { clock, stop } = this.ports;
    this.first ??= { at: clock.monotonic() - seen.batchMs, rows: seen.rows - seen.batchRows };
    const decision = await this.untilTaken(session, seen);
    if (clock.monotonic() - this.asked >= ASK_EVERY_MS) await this.ask(seen, decision);
    const part = (decision.pace === "slow" ? SLOW : 1) * (this.speed / FULL_SPEED);
    const rest = Math.min(LONGEST_REST_MS, seen.batchMs * (1 / part - 1));
    if (rest >= 1) await clock.sleep(rest, stop);
  }

  async ended(seen: BackfillSeen): Promise<void> {
    await this.write(seen, { pace: "go", why: "done" }, true);
    await this.governor.write();
  }

  /** Checks for what people said and reports progress, however short the batches are. */
  private async ask(seen: BackfillSeen, decision: Decision): Promise<void> {
    const { clock } = this.ports;
    this.asked = clock.monotonic();
    if (this.asked - this.told >= TELL_EVERY_MS) await this.write(seen, decision, false);
    this.speed = await speedNow(this.ports);
    await untilFree(this.ports, this.context.config, this.context.group);
  }

  /** Waits until the host takes another batch. */
  private async untilTaken(session: Session, seen: BackfillSeen): Promise<Decision> {
    const { ports, context } = this;
    const { tenant } = context;
    for (let waited = false; ; waited = true) {
      const decision = await this.governor.decide(session, tenant);
      if (decision.pace !== "pause") {
        if (waited) ports.events.emit({ type: "held", text: null });
        return decision;
      }
      if (!waited) await this.ask(seen, decision);
      ports.events.emit({ type: "held", text: `backfills on ${tenant.host} wait: ${decision.why}` });
      await this.refuseEnd();
      await ports.clock.sleep(POLL_MS, ports.stop);
    }
  }

  private async refuseEnd(): Promise<void> {
    const { stop, deadline, clock } = this.ports;
    const ends = deadline !== null && clock.monotonic() + ENOUGH_MS > deadline;
    if (!stop.aborted && !ends) return;
    await this.governor.write();
    if (stop.aborted) throw new Interrupted("stopped between two batches of a backfill");
    throw new Interrupted("this process ends before the backfill does; the next goes on from its cursor");
  }

  private async write(
    seen: BackfillSeen,
    { pace, why }: Pick<Decision, "pace" | "why">,
    finished: boolean,
  ): Promise<void> {
    const { clock, artifacts, events } = this.ports;
    const { tenant } = this.context;
    this.told = clock.monotonic();
    const { at, rows } = this.first ?? { at: clock.monotonic(), rows: seen.rows };
    const seconds = (clock.monotonic() - at) / 1000;
    const rate = seconds > 0 ? (seen.rows - rows) / seconds : 0;
    const left = seen.total === null || rate <= 0 ? null : (Math.max(0, seen.total - seen.rows) / rate) * 1000;
    const record: BackfillProgress = {
      tenant: tenant.id,
      version: seen.version,
      rows: seen.rows,
      total: seen.total,
      rowsPerSecond: Math.round(rate),
      leftMs: finished ? 0 : left === null ? null : Math.round(left),
      pace: finished ? "done" : pace,
      why,
    };
    await artifacts.put(artifact.backfill(tenant.id), record);
    events.emit({ type: "backfill", ...record });
  }
}
