import { governorPolicy } from "../../core/config/backfill-policy.js";
import { type Config, milliseconds } from "../../core/config/config.js";
import { type Decision, decide, type GovernorPolicy, type WalMark } from "../../core/rollout/governor.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact } from "../run/records.js";
import { readFigures } from "./read-figures.js";
import { isAway } from "./server-patience.js";
import { healthOf } from "./wave-health.js";

/** The tenants of a host ask one another's last answer for so long. */
const FRESH_MS = 100;
const HEALTH_EVERY_MS = 5_000;
/** Marks reach back further than any lag that matters is long. */
const MOST_MARKS = 6_000;
const MOST_LOGGED = 2_000;

/** What was decided for a host, and when. */
export interface LoggedDecision extends Decision {
  /** RFC 3339. */
  readonly at: string;
  readonly host: string;
}

/** By the artifacts of a run, one for each host: its tenants share what is decided. */
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
  private readonly log: LoggedDecision[] = [];
  private last: { readonly at: number; readonly decision: Decision } | null = null;
  private asking: Promise<Decision> | null = null;
  private health: { readonly at: number; readonly unhealthy: string | null } | null = null;

  constructor(
    private readonly ports: Ports,
    private readonly config: Config,
    private readonly host: string,
  ) {
    this.policy = governorPolicy(config.rollout.backfill);
  }

  /** By the session of a tenant of the host, outside of any transaction. Throws `DatabaseError` where the server is away. */
  async decide(session: Session, tenant: Tenant): Promise<Decision> {
    const now = this.ports.clock.monotonic();
    if (this.last && now - this.last.at < FRESH_MS) return this.last.decision;
    this.asking ??= this.ask(session, tenant).finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(session: Session, tenant: Tenant): Promise<Decision> {
    const at = this.ports.clock.monotonic();
    const decision = await this.decision(session, tenant, at);
    const before = this.last?.decision;
    this.last = { at, decision };
    if (before?.pace !== decision.pace) await this.note(decision);
    return decision;
  }

  private async decision(session: Session, tenant: Tenant, at: number): Promise<Decision> {
    try {
      const { figures, mark, lagHidden } = await readFigures(session, this.marks, at);
      this.marks.push(mark);
      if (this.marks.length > MOST_MARKS) this.marks.shift();
      if (lagHidden && this.policy.given.has("lagMs"))
        return { pace: "pause", why: "replica lag cannot be seen, and has a limit: grant pg_monitor to the role" };
      return decide({ ...figures, unhealthy: await this.unhealthy(tenant, at) }, this.policy);
    } catch (error) {
      if (!(error instanceof DatabaseError) || isAway(error.code)) throw error;
      const why = `the figures of ${this.host} cannot be read: ${error.message}`;
      return { pace: this.policy.given.size > 0 ? "pause" : "go", why };
    }
  }

  private async unhealthy(tenant: Tenant, at: number): Promise<string | null> {
    const { health } = this.config.rollout;
    if (health === undefined) return null;
    if (this.health && at - this.health.at < HEALTH_EVERY_MS) return this.health.unhealthy;
    const answer = await healthOf(this.ports, tenant, health.query, milliseconds(health.timeout));
    const unhealthy = answer.status === "healthy" ? null : answer.reason;
    this.health = { at, unhealthy };
    return unhealthy;
  }

  private async note(decision: Decision): Promise<void> {
    const at = new Date(this.ports.clock.now()).toISOString();
    this.log.push({ at, host: this.host, ...decision });
    if (this.log.length > MOST_LOGGED) this.log.shift();
    await this.ports.artifacts.put(artifact.governor(this.host), this.log);
  }
}
