import { z } from "zod";
import type { Catalog } from "../../core/catalog/catalog.js";
import { type DriftReport, driftOf, expiredAllowances } from "../../core/catalog/drift.js";
import { notCompared } from "../../core/catalog/not-compared.js";
import { contractText } from "../../core/contract/contract.js";
import type { Finding } from "../../core/finding.js";
import { groupBy } from "../../core/group-by.js";
import { digest } from "../../core/json.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { loadParser } from "../../core/sql/parse.js";
import { DatabaseError, NotDropped } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { clustersOf, type Members, representativeOf } from "../catalog/clusters-of.js";
import { CLONE_PREFIX, declare } from "../catalog/declared.js";
import { contractFindings, pendingContract } from "../catalog/pending.js";
import { releaseDependence } from "../catalog/release-dependence.js";
import { saveFindings } from "../run/findings.js";
import { leftBehind } from "../run/left-behind.js";
import type { MemberReading } from "../run/member-reading.js";
import { recordFindings, refuseOtherFindings } from "../run/recorded-findings.js";
import { artifact, type ClusterRecord, need, type RunRequest, resultsOf, type TenantReading } from "../run/records.js";
import { appliedFiles, settledHistory } from "../run/settled-history.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly clusters: readonly { readonly id: string }[];
}

/** Clusters, the declared schema, and what each cluster has drifted from it. */
export const diverge: Step<z.infer<typeof input>, Output> = {
  name: "diverge",
  input,
  settled: () => true,
  async run(ports) {
    await loadParser();
    const request = await needRequest(ports);
    const release = await need<Release>(ports, artifact.release);
    const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
    const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
    const reached = readings
      .filter((reading) => reading.status === "read")
      .flatMap(({ tenant }) => fleet.get(tenant) ?? []);
    const findings: Finding[] = [...(request.config.staging.mode === "snapshot" ? [] : await sweep(ports, reached))];
    const clusters: ClusterRecord[] = [];
    for (const members of clustersOf(readings)) {
      const judged = await judge(ports, request, release, fleet, members);
      clusters.push(judged.cluster);
      await ports.artifacts.put(artifact.members(judged.cluster.id), members.readings.map(memberOf));
      findings.push(...judged.findings);
    }
    findings.push(...expiredAllowances(request.config.drift.allow, today(ports)));
    await ports.artifacts.put(artifact.clusters, clusters);
    await saveFindings(ports, "diverge", findings);
    await settleHistory(ports, release, readings, clusters);
    const drifted = clusters.filter((cluster) => (cluster.drift?.differences.length ?? 0) > 0).length;
    ports.events.emit({ type: "size", of: "clusters", count: clusters.length });
    ports.events.emit({
      type: "result",
      phase: "Compare",
      text: `${plural(clusters.length, "cluster")}, ${drifted} differ from the declared schema; contract: ${contractText(pendingContract(release, clusters))}`,
    });
    await ports.audit.append({
      actor: "schema-gate",
      action: "step.finished",
      subject: { kind: "phase", name: "Diverge" },
      digest: digest(clusters.map((cluster) => [cluster.id, cluster.fingerprint, cluster.tenants])),
      details: { clusters: clusters.length, drifted },
    });
    await recordFindings(ports, "Diverge");
    // If nothing is pending, there is nothing to try on a clone.
    return { clusters: clusters.filter(({ pending }) => pending.length > 0).map(({ id }) => ({ id })) };
  },
};

function memberOf({ tenant, role, statistics }: TenantReading): MemberReading {
  return { tenant, ...(role === undefined ? {} : { role }), bytes: statistics?.sizeBytes ?? null };
}

/** Only what this release runs can block it. While a tenant is unknown, what is pending there is unknown too, and everything stays as it is. */
async function settleHistory(
  ports: Ports,
  release: Release,
  readings: readonly TenantReading[],
  clusters: readonly ClusterRecord[],
): Promise<void> {
  if (clusters.length === 0 || readings.some(({ status }) => status !== "read")) return;
  const pending = new Set(clusters.flatMap((cluster) => cluster.pending));
  await refuseOtherFindings(ports);
  const said = await need<readonly Finding[]>(ports, artifact.findings("load"));
  const settled = settledHistory(said, appliedFiles(release, pending));
  await recordFindings(ports, "Load", new Map([[artifact.findings("load"), settled]]));
  await saveFindings(ports, "load", settled);
}

async function judge(
  ports: Ports,
  request: RunRequest,
  release: Release,
  fleet: ReadonlyMap<string, Tenant>,
  members: Members,
): Promise<{ readonly cluster: ClusterRecord; readonly findings: readonly Finding[] }> {
  const representative = representativeOf(members.readings);
  const tenant = fleet.get(representative.tenant);
  if (!tenant) throw new Error(`the fleet lacks tenant ${representative.tenant}`);
  const { declared, findings } = await declare(ports, release, tenant, members.pending);
  const actual = await need<Catalog>(ports, artifact.catalog(members.fingerprint));
  let drift: DriftReport | null = null;
  if (declared) {
    drift = driftOf({
      cluster: members,
      actual,
      declared: await need<Catalog>(ports, artifact.catalog(declared.before)),
      groups: new Map([...fleet.values()].map((one) => [one.id, one.group])),
      allow: request.config.drift.allow,
      today: today(ports),
      options: {
        releaseDepends: releaseDependence(release, members.pending, actual),
        ledger: ledgerFor(release.convention).table,
      },
    });
  }
  const cluster: ClusterRecord = {
    id: members.id,
    fingerprint: members.fingerprint,
    tenants: members.tenants,
    majority: members.majority,
    pending: members.pending,
    representative: representative.tenant,
    declared,
    drift,
  };
  // Whether the release heals a difference is known after the dry run; until then it cannot block.
  const capped = (drift?.findings ?? []).map(
    (finding): Finding => ({
      ...finding,
      severity: finding.severity === "error" ? "warning" : finding.severity,
    }),
  );
  const unfit = await contractFindings(ports, release, cluster, "before", actual, tenant.schema);
  const own = findings.map((one) => ({ ...one, tenants: members.tenants }));
  return { cluster, findings: [...own, ...unfit, ...capped, ...notCompared(actual, members.tenants)] };
}

function today(ports: Ports): string {
  return new Date(ports.clock.now()).toISOString().slice(0, 10);
}

/** Removes the clones that killed runs left behind, this one or another; what could not be removed is reported. */
async function sweep(ports: Ports, tenants: readonly Tenant[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [host, [tenant]] of groupBy(tenants, (each) => each.host)) {
    try {
      if (tenant) await ports.database.sweep(tenant, CLONE_PREFIX);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (error instanceof NotDropped) {
        findings.push(leftBehind("diverge", error));
        continue;
      }
      findings.push({
        code: "diverge.not-swept",
        gate: "diverge",
        severity: "warning",
        subject: { kind: "host", name: host },
        message: `Whether an earlier attempt left clones on ${host} could not be determined: ${error.message}.`,
        remedy: {
          text: `Drop databases whose names begin with ${CLONE_PREFIX} on that server, when no run works there.`,
        },
      });
    }
  }
  return findings;
}
