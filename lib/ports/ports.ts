import type { StackPolicy } from "../core/policy/stack-policy.js";
import type { Approvals } from "./approvals.js";
import type { Artifacts } from "./artifacts.js";
import type { AuditTrail } from "./audit.js";
import type { Clock } from "./clock.js";
import type { Database } from "./database.js";
import type { Events } from "./events.js";
import type { LoadLintRules } from "./lint-rules.js";
import type { Migrator } from "./migrator.js";
import type { Orders } from "./orders.js";
import type { Registry } from "./registry.js";
import type { ReleaseSource } from "./release-source.js";
import type { ReportRenderer } from "./renderer.js";
import type { Rollouts } from "./rollouts.js";
import type { SchemaDifference } from "./schema-difference.js";
import type { Signer } from "./signer.js";

/** Everything that a step may touch of the outside world, for one run. */
export interface Ports {
  readonly run: string;
  readonly artifacts: Artifacts;
  /** What outlives a run: the last reading of each tenant's catalog. Null: every catalog is read again. */
  readonly memory: Artifacts | null;
  readonly audit: AuditTrail;
  readonly approvals: Approvals;
  readonly clock: Clock;
  readonly database: Database;
  readonly events: Events;
  readonly lintRules: LoadLintRules;
  /** Absent if a team's own programs cannot be run. */
  readonly migrator?: Migrator;
  /** Absent if people give their orders on this machine directly. */
  readonly orders?: Orders;
  readonly registry: Registry;
  readonly releases: ReleaseSource;
  readonly renderer: ReportRenderer;
  /** Generator for the last resort among ways back; null if there is none. */
  readonly schemaDifference: SchemaDifference | null;
  /** What the stack demands of every release now; absent if the config is the policy. */
  readonly policy?: StackPolicy | null;
  readonly rollouts: Rollouts;
  readonly signer: Signer;
  /** The run before this one, to which its trail is chained; null for the first, absent if runs are not in an order. */
  readonly before?: RunBefore | null;
  /** Aborted when the run is asked to stop: a step finishes the tenant that it has begun and starts no other. */
  readonly stop: AbortSignal;
  /** When this process ends, whatever it does, on `clock.monotonic()`; null if nothing ends it. */
  readonly deadline: number | null;
}

/** An earlier run, and the hash of its trail's last event when this one began. */
export interface RunBefore {
  readonly run: string;
  readonly head: string;
}

/** The run was asked to stop. What is finished is kept; `resume` continues from there. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
