import type { Ports } from "../ports/ports.js";
import { auditRefusal } from "./audit-refusal.js";
import type { ReviewEvent } from "./deps.js";

type Refusal = ReviewEvent & { readonly kind: "refusal" };

/** How many refusals the trail lists one by one; sending more cannot fill the disk. */
const MOST_ALONE = 50;

/** Writes refused attempts into the trail: the first ones each, the others as a number by channel and reason. */
export class RefusalLog {
  private alone = 0;
  private readonly more = new Map<string, { readonly last: Refusal; readonly count: number }>();

  constructor(private readonly ports: Ports) {}

  async note(event: Refusal): Promise<void> {
    this.alone += 1;
    if (this.alone <= MOST_ALONE) return auditRefusal(this.ports, event);
    const key = `${event.channel} ${event.code}`;
    this.more.set(key, { last: event, count: (this.more.get(key)?.count ?? 0) + 1 });
  }

  /** When the page closes: what was not written one by one. */
  async close(): Promise<void> {
    for (const { last, count } of this.more.values()) {
      await this.ports.audit.append({
        actor: "unknown",
        action: "approval.refused",
        subject: { kind: "run", name: this.ports.run },
        digest: null,
        details: { channel: last.channel, code: last.code, count, until: new Date(last.at).toISOString() },
      });
    }
    this.more.clear();
  }
}
