import type { AuditEvent } from "../../core/audit/chain.js";
import { cloudEvent } from "../../core/audit/cloud-event.js";
import type { Clock } from "../../ports/clock.js";
import type { Delivered } from "./delivered.js";
import { type PostFailure, postEvent } from "./post-event.js";
import type { WebhookTarget } from "./target.js";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface DeliveryOptions {
  readonly run: string;
  readonly target: WebhookTarget;
  readonly delivered: Delivered;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Called at the first failure only. */
  failed(reason: string): void;
}

/**
 * Sends the events of one run's trail to one webhook: in order, each until it is accepted, alongside the run and never in its way. At least
 * once: if a process dies between an answer and recording it, that event is sent again.
 */
export class Delivery {
  private events: readonly AuditEvent[] = [];
  private next: number;
  private failures = 0;
  private lastReason: string | null = null;
  private told = false;
  private wake: () => void = () => {};
  /** Nobody waits for another try any more. */
  private readonly ending = new AbortController();
  /** What is in flight is given up. */
  private readonly cut = new AbortController();
  private readonly work: Promise<void>;

  constructor(private readonly options: DeliveryOptions) {
    this.next = options.delivered.read();
    this.work = this.deliver();
  }

  /** The whole trail so far. If two arrive in the wrong order, the longer one counts. */
  hear(events: readonly AuditEvent[]): void {
    if (events.length < this.events.length) return;
    // A count recorded for another trail of this name says nothing about this one.
    if (this.events.length === 0 && this.next > events.length) this.next = 0;
    this.events = events;
    this.wake();
  }

  /** Sends what it can within `graceMs`. Returns what is left, and why; null if nothing is. */
  async end(graceMs: number): Promise<{ readonly left: number; readonly reason: string } | null> {
    this.ending.abort();
    this.wake();
    const over = new AbortController();
    await Promise.race([this.work, this.options.clock.sleep(graceMs, over.signal)]);
    over.abort();
    this.cut.abort();
    await this.work;
    const left = this.events.slice(this.next).filter(({ action }) => this.options.target.wants(action)).length;
    return left === 0 ? null : { left, reason: this.lastReason ?? "it was too slow" };
  }

  private async deliver(): Promise<void> {
    for (;;) {
      const event = this.events[this.next];
      if (event === undefined) {
        if (this.ending.signal.aborted) return;
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      } else if (!this.options.target.wants(event.action)) this.take();
      else if (!(await this.sent(event))) return;
    }
  }

  /** False if nothing more is tried. */
  private async sent(event: AuditEvent): Promise<boolean> {
    const { run, target, clock } = this.options;
    const failure = await postEvent(target, cloudEvent(run, event), { now: clock.now(), stop: this.cut.signal });
    if (failure === null) {
      this.failures = 0;
      this.lastReason = null;
      this.take();
      return !this.cut.signal.aborted;
    }
    if (this.cut.signal.aborted) return false;
    this.note(failure);
    if (this.ending.signal.aborted) return false;
    const pause = Math.max(FIRST_PAUSE_MS * 2 ** (this.failures - 1), failure.afterMs);
    await clock.sleep(Math.min(pause, LONGEST_PAUSE_MS), this.ending.signal);
    return true;
  }

  private note({ reason }: NonNullable<PostFailure>): void {
    this.lastReason = reason;
    this.failures += 1;
    this.tell(reason);
  }

  /** If the count cannot be recorded, the next process sends the event again. */
  private take(): void {
    this.next += 1;
    try {
      this.options.delivered.write(this.next);
    } catch (error) {
      this.tell(`what it has cannot be noted (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
    }
  }

  private tell(reason: string): void {
    if (!this.told) this.options.failed(reason);
    this.told = true;
  }
}
