import { governorPolicy } from "../../core/config/backfill-policy.js";
import type { Config } from "../../core/config/config.js";
import { type Governed, governedBy, type TakenDecision } from "../../core/rollout/governed.js";
import { type Decision, decide, type GovernorPolicy, pausedFor, type WalMark } from "../../core/rollout/governor.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { GovernorRecord } from "../run/backfill-progress.js";
import { artifact } from "../run/records.js";
import { readFigures } from "./read-figures.js";
import { isAway } from "./server-patience.js";
import { healthOf } from "./wave-health.js";

/** How long the tenants of a host use one another's last answer. */
const FRESH_MS = 100;
const HEALTH_EVERY_MS = 5_000;
/** Marks reach back further than any lag that matters. */
const MOST_MARKS = 6_000;
const MOST_LOGGED = 500;
/** How often the running sums are written while the decision stays the same. */
const WRITE_EVERY_MS = 10_000;

/** By the artifacts of a run, one for each host: its tenants share the decisions. */
const governors = new WeakMap<object, Map<string, Governor>>();

export function governorOf(ports: Ports, config: Config, host: string): Governor {
  const known = governors.get(ports.artifacts) ?? new Map<string, Governor>();
  governors.set(ports.artifacts, known);
  const governor = known.get(host) ?? new Governor(ports, config, host);
  known.set(host, governor);
  return governor;
}

/** Decides for all tenants of a host together whether it takes another batch. */
export class Governor {
  private readonly policy: GovernorPolicy;
  private readonly marks: WalMark[] = [];
  private readonly log: GovernorRecord["log"][number][] = [];
  private sums: readonly Governed[] = [];
  private last: TakenDecision | null = null;
  private written = Number.NEGATIVE_INFINITY;
  /** Each process of a run that governs the host has its own record. */
  private key: string | null = null;
  private asking: Promise<Decision> | null = null;
  private health: { readonly at: number; readonly unhealthy: string | null } | null = null;

  constructor(
    private readonly ports: Ports,
    private readonly config: Config,
    private readonly host: string,
  ) {
    this.policy = governorPolicy(config.rollout.backfill);
  }

  /** Uses the session of one of the host's tenants, outside any transaction. Throws `DatabaseError` if the server is away. */
  async decide(session: Session, tenant: Tenant): Promise<Decision> {
    const now = this.ports.clock.monotonic();
    if (this.last && now - this.last.ms < FRESH_MS) return this.last;
    this.asking ??= this.ask(session, tenant).finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(session: Session, tenant: Tenant): Promise<Decision> {
    const { clock } = this.ports;
    const ms = clock.monotonic();
    const at = new Date(clock.now()).toISOString();
    const before = this.last;
    const taken = { ...(await this.decision(session, tenant, ms)), ms, at };
    this.last = taken;
    this.sums = governedBy(this.sums, before, taken);
    const changed = before?.pace !== taken.pace || (taken.pace !== "go" && before.figure !== taken.figure);
    if (changed) this.note(taken);
    this.key ??= `${at}-${tenant.id}`;
    if (changed || (this.sums.length > 0 && ms - this.written >= WRITE_EVERY_MS)) await this.write();
    return taken;
  }

  /** Writes the sums so far; called where a backfill ends or stops. */
  async write(): Promise<void> {
    if (this.key === null) return;
    this.written = this.ports.clock.monotonic();
    const record: GovernorRecord = { host: this.host, sums: this.sums, log: this.log };
    await this.ports.artifacts.put(artifact.governor(this.host, this.key), record);
  }

  private async decision(session: Session, tenant: Tenant, at: number): Promise<Decision> {
    try {
      const { figures, mark, lagHidden } = await readFigures(session, this.marks, at);
      this.marks.push(mark);
      if (this.marks.length > MOST_MARKS) this.marks.shift();
      if (lagHidden && this.policy.given.has("lagMs"))
        return pausedFor("replica lag", "replica lag cannot be seen, and has a limit: grant pg_monitor to the role");
      return decide({ ...figures, unhealthy: await this.unhealthy(tenant, at) }, this.policy);
    } catch (error) {
      if (!(error instanceof DatabaseError) || isAway(error.code)) throw error;
      const paused = pausedFor("unread figures", `the figures of ${this.host} cannot be read: ${error.message}`);
      return { ...paused, pace: this.policy.given.size > 0 ? "pause" : "go" };
    }
  }

  private async unhealthy(tenant: Tenant, at: number): Promise<string | null> {
    const { health } = this.config.rollout;
    if (health === undefined) return null;
    if (this.health && at - this.health.at < HEALTH_EVERY_MS) return this.health.unhealthy;
    const answer = await healthOf(this.ports, this.config, tenant, health);
    const unhealthy = answer.status === "healthy" ? null : answer.reason;
    this.health = { at, unhealthy };
    return unhealthy;
  }

  private note({ at, pace, figure, why }: TakenDecision): void {
    this.log.push({ at, pace, figure, why });
    if (this.log.length > MOST_LOGGED) this.log.shift();
  }
}
