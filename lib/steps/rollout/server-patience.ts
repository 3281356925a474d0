import type { Ports } from "../../ports/ports.js";

/**
 * Codes of a server that is not available for now: it was stopped, is restarting, recovering or failing over, or is a standby that has not
 * been promoted. SQLSTATE (manual, "PostgreSQL Error Codes") or the system's code.
 */
const AWAY: ReadonlySet<string> = new Set([
  ...["08000", "08001", "08003", "08004", "08006", "57P01", "57P02", "57P03", "25006"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "ENOTFOUND"],
]);

export function isAway(code: string): boolean {
  return AWAY.has(code);
}

/** Since when each server of a run has not answered, on the monotonic clock: its tenants share one wait instead of waiting one after the other. */
const silentSince = new WeakMap<object, Map<string, number>>();

/** How long one run waits for servers that are away. */
export class ServerPatience {
  private readonly silent: Map<string, number>;

  constructor(
    private readonly ports: Pick<Ports, "artifacts" | "clock" | "events">,
    private readonly host: string,
    /** Milliseconds. */
    private readonly limit: number,
  ) {
    const known = silentSince.get(ports.artifacts);
    this.silent = known ?? new Map<string, number>();
    if (!known) silentSince.set(ports.artifacts, this.silent);
  }

  /** The server answered. */
  answered(): void {
    if (!this.silent.delete(this.host)) return;
    this.ports.events.emit({ type: "held", text: null });
  }

  /** It did not answer; returns whether to ask it again. */
  waits(): boolean {
    const now = this.ports.clock.monotonic();
    const since = this.silent.get(this.host) ?? now;
    this.silent.set(this.host, since);
    if (now - since >= this.limit) return false;
    const text = `waiting for the server ${this.host}, which does not answer; at most ${Math.round(this.limit / 1000)} s`;
    this.ports.events.emit({ type: "held", text });
    return true;
  }
}
