import { z } from "zod";
import { milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { type SnapshotPlan, snapshotPlan, snapshotSource } from "../../core/staging/snapshot.js";
import type { Tenant } from "../../ports/registry.js";
import { clustersOf, representativeOf } from "../catalog/clusters-of.js";
import { saveFindings } from "../run/findings.js";
import { artifact, need, resultsOf, type TenantReading } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly mode: "existing" | "snapshot";
  readonly snapshots: readonly SnapshotPlan[];
}

/** Which hosts a dry run needs a copy of, if the config wants copies made: those of the clusters' representatives. */
export const planStaging: Step<z.infer<typeof input>, Output> = {
  name: "plan-staging",
  input,
  settled: () => true,
  async run(ports) {
    const { staging } = (await needRequest(ports)).config;
    if (staging.mode !== "snapshot") return { mode: "existing", snapshots: [] };
    const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
    const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
    const pending = clustersOf(readings).filter((cluster) => cluster.pending.length > 0);
    const hosts = pending.flatMap((cluster) => fleet.get(representativeOf(cluster.readings).tenant)?.host ?? []);
    const snapshots: SnapshotPlan[] = [];
    const findings: Finding[] = [];
    for (const host of new Set(hosts)) {
      const source = snapshotSource(host, staging.sources);
      if (source) snapshots.push(snapshotPlan(ports.run, host, source, milliseconds(staging.ready)));
      else findings.push(noSource(host));
    }
    await saveFindings(ports, "staging", findings);
    return { mode: "snapshot", snapshots };
  },
};

function noSource(host: string): Finding {
  return {
    code: "staging.no-source",
    gate: "dry-run",
    severity: "error",
    unknown: true,
    subject: { kind: "host", name: host },
    message: `The host ${host} does not tell which cluster or instance it is, so no copy of it can be made and nothing can be tried.`,
    remedy: { text: `Name it in the config, under staging.sources: "${host}": aurora:CLUSTER, or rds:INSTANCE.` },
  };
}
