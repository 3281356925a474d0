import { digest } from "../json.js";

/** What RDS copies: an Aurora cluster by a copy-on-write clone, an instance by a snapshot and an instance created from it. */
export interface SnapshotSource {
  readonly kind: "aurora" | "rds";
  /** Identifier of the cluster or the instance. */
  readonly source: string;
}

/** A copy of one host that a run creates and removes. */
export interface SnapshotPlan extends SnapshotSource {
  /** Identifier of everything that is created for it in RDS. */
  readonly id: string;
  /** `host:port` of the tenants. */
  readonly host: string;
  /** How many times its state is checked, every 30 seconds, before we give up. */
  readonly tries: number;
}

/** The address of a host's copy. */
export interface SnapshotAddress {
  readonly host: string;
  readonly port: number;
}

const SECONDS_PER_TRY = 30;

/**
 * What is behind `host:port`: what the config says (`aurora:NAME`, `rds:NAME`), otherwise what an RDS endpoint itself tells. Null when neither does:
 * an Aurora instance's own endpoint looks like an RDS instance's, so only the config can tell those apart. Endpoints:
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Endpoints.Cluster.html
 */
export function snapshotSource(host: string, configured: Readonly<Record<string, string>>): SnapshotSource | null {
  const given = /^(aurora|rds):([A-Za-z][A-Za-z0-9-]*)$/.exec(configured[host] ?? "");
  if (given) return { kind: given[1] as SnapshotSource["kind"], source: given[2] ?? "" };
  if (configured[host] !== undefined) return null;
  const own = /^([a-z][a-z0-9-]*)\.(cluster(?:-ro)?-)?[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(?:\.cn)?:\d+$/.exec(
    host,
  );
  if (!own?.[1]) return null;
  return { kind: own[2] === undefined ? "rds" : "aurora", source: own[1] };
}

/** The plan for one host of a run. `within`: milliseconds after which we give up on a copy that is not ready. */
export function snapshotPlan(run: string, host: string, source: SnapshotSource, within: number): SnapshotPlan {
  // RDS requires lower-case letters, digits and single hyphens, at most 63; the run and the host are in its tags.
  const id = `schema-gate-${digest([run, host]).slice(0, 16)}`;
  return { ...source, id, host, tries: Math.max(1, Math.ceil(within / 1000 / SECONDS_PER_TRY)) };
}

/** Artifact with the `SnapshotAddress` of a host. */
export function snapshotKey(host: string): string {
  return `staging/${encodeURIComponent(host)}.json`;
}
