import { z } from "zod";
import type { Config } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Release } from "../../core/migration/release.js";
import { isRefusal } from "../../core/queries/description.js";
import type { ExaminedRelease } from "../../core/queries/examined.js";
import { judgeQueries } from "../../core/queries/judge.js";
import { type QueryPolicy, queryFindings } from "../../core/queries/query-findings.js";
import { versionRows } from "../../core/queries/version-rows.js";
import { unexaminedContracts } from "../../core/rewrite/plan-findings.js";
import { loadParser } from "../../core/sql/parse.js";
import { type ClusterMatrix, rowText, waveAdvice } from "../../core/versions/matrix.js";
import type { Workload } from "../../core/workload/workload.js";
import { DatabaseError } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { isolationScope } from "../isolation/isolation-scope.js";
import { proofInput } from "../proof/proof-input.js";
import { clusterWorkload } from "../queries/cluster-workload.js";
import { examineRelease } from "../queries/examine-release.js";
import type { WorkingQuery } from "../queries/query-records.js";
import { saveFindings } from "../run/findings.js";
import { metConditions } from "../run/met-conditions.js";
import { artifact, type ClusterRecord, need, type ProofRecord } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string(), cluster: z.string(), proved: z.boolean() });

interface Output {
  readonly ok: boolean;
  readonly cluster: string;
}

/** Every query of the workload, described and planned on clones of the cluster's largest tenant before and after the release. */
export const examineQueries: Step<z.infer<typeof input>, Output> = {
  name: "examine-queries",
  input,
  settled: (output) => output.ok,
  async run(ports, { cluster: id, proved }) {
    const { config } = await needRequest(ports);
    if (config.workload) await saveFindings(ports, `queries-${id}`, await examine(ports, config, id, proved));
    // The findings themselves block.
    return { ok: proved, cluster: id };
  },
};

async function examine(ports: Ports, config: Config, id: string, proved: boolean): Promise<readonly Finding[]> {
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const cluster = clusters.find((one) => one.id === id);
  // What could be cloned for the dry run can be cloned again.
  const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(id));
  const tenant = fleet.find((one) => one.id === (proof?.clonedFrom ?? cluster?.representative));
  if (!cluster || !tenant) throw new Error(`the run ${ports.run} has no cluster ${id}`);
  if (!proved) return [unexamined(cluster, "its dry run has not passed")];
  await loadParser();
  const members = fleet.filter((one) => cluster.tenants.includes(one.id));
  try {
    const workload = await clusterWorkload(ports, config, members);
    const found = await judged(ports, config, workload, { cluster, tenant, members, fleet });
    return found.map((finding) => ({ ...finding, tenants: cluster.tenants }));
  } catch (error) {
    if (ports.stop.aborted) throw new Interrupted(`the queries of cluster ${id} need more time than was left`);
    if (!(error instanceof DatabaseError)) throw error;
    return [unexamined(cluster, `${error.message} [${error.code}]`)];
  }
}

function pendingIn({ migrations }: Release, { cluster }: Subject): Release["migrations"] {
  return migrations.filter(({ version }) => cluster.pending.includes(version));
}

interface Subject {
  readonly cluster: ClusterRecord;
  readonly tenant: Tenant;
  readonly members: readonly Tenant[];
  readonly fleet: readonly Tenant[];
}

async function judged(ports: Ports, config: Config, workload: Workload, subject: Subject): Promise<readonly Finding[]> {
  const settings = config.workload;
  if (!settings) return [];
  const release = await need<Release>(ports, artifact.release);
  const { scope, findings: missing } = await isolationScope(ports, config, subject.fleet, subject.members);
  if (missing.length > 0) return [unexamined(subject.cluster, missing[0]?.message ?? "its isolation is not known")];
  const { schema } = subject.tenant;
  const examined = await examineRelease(proofInput(ports, config, release, { ...subject, scope }), workload.queries, {
    schema,
    shared: sharedSchemas(config),
    role: settings.role ?? null,
    plans: true,
  });
  const unasked = workload.queries.length > 0 ? [] : pendingIn(release, subject);
  const queries = judgeQueries(examined, settings);
  const accept = settings.accept.map((one) => ({ ...one, expires: Date.parse(one.expires) }));
  const { retyped, slower, required } = settings;
  const policy = { retyped, slower, required, accept, now: ports.clock.now() };
  const rows = versionRows(queries, workload.versions);
  const advice = waveAdvice(rows);
  const { id: cluster } = subject.cluster;
  await ports.artifacts.put(artifact.queries(cluster, "versions"), { cluster, rows, advice } satisfies ClusterMatrix);
  await ports.artifacts.put(artifact.queries(cluster, "working"), workingQueries(examined, policy));
  return [
    ...queryFindings(queries, examined, workload, policy),
    matrixFinding(subject.cluster, `${rows.map(rowText).join("; ")}. ${advice.text}`),
    ...workload.remarks.map((remark) => remarkFinding(remark)),
    ...unexaminedContracts(unasked, metConditions(config, ports)),
  ];
}

/** What works on the clone after the release. Queries that are allowed to break are not held against a tenant either. */
function workingQueries({ queries }: ExaminedRelease, { accept, now }: QueryPolicy): readonly WorkingQuery[] {
  const accepted = new Set(accept.filter(({ expires }) => expires >= now).map(({ query }) => query));
  return queries
    .filter(({ query, after }) => !isRefusal(after.described) && !accepted.has(query.id))
    .map(({ query }) => {
      const { id, text, role, versions, calls, callsPerHour, parameters } = query;
      return { id, text, role, versions, calls, callsPerHour, parameters };
    });
}

function matrixFinding({ id }: ClusterRecord, text: string): Finding {
  return {
    code: "queries.versions",
    gate: "queries",
    severity: "note",
    subject: { kind: "cluster", name: id },
    message: `Cluster ${id}: ${text}`,
  };
}

function remarkFinding(remark: string): Finding {
  return {
    code: "queries.incomplete",
    gate: "queries",
    severity: "note",
    subject: { kind: "workload", name: "workload" },
    message: remark,
  };
}

function unexamined(cluster: ClusterRecord, reason: string): Finding {
  return {
    code: "queries.unexamined",
    gate: "queries",
    severity: "error",
    unknown: true,
    subject: { kind: "cluster", name: cluster.id },
    message: `No query of cluster ${cluster.id} was examined: ${reason}.`,
    remedy: { text: "Remove the reason, then run the gate again.", command: "schema-gate check" },
    tenants: cluster.tenants,
  };
}
