import { bytes, type Config } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { sizeText } from "../../core/size.js";
import { loadParser } from "../../core/sql/parse.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { REHEARSE, type TenantRehearsal } from "../probing/rehearsal.js";
import { rowsMatter } from "../probing/rows-matter.js";
import { type Rehearsed, runRehearsal } from "../probing/run-rehearsal.js";
import type { OfCluster } from "../run/approved.js";
import { type BatchInput, batchInput, eachTenant, type TenantOutcome } from "../run/each-tenant.js";
import type { OpenQuestion } from "../run/open-question.js";
import { artifact, type Batch, need, type ProofRecord } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

interface Output {
  readonly ok: boolean;
  readonly batch: string;
}

/** The release, executed on a clone of each tenant of a batch. */
export const rehearse: Step<BatchInput, Output> = {
  name: "rehearse",
  input: batchInput,
  settled: (output) => output.ok,
  async run(ports, { batch }) {
    await loadParser();
    const { config } = await needRequest(ports);
    const release = await need<Release>(ports, artifact.release);
    const { open = {}, clusters = {} } = await need<Batch>(ports, artifact.batch(batch));
    const result = await eachTenant(ports, REHEARSE, batch, async (tenant) => {
      const cluster = clusters[tenant.id];
      const questions = open[tenant.id];
      if (!cluster || !questions) throw new Error(`the run ${ports.run} has no answers of tenant ${tenant.id}`);
      const migrations = release.migrations.filter((migration) => cluster.pending.includes(migration.version));
      return rehearseTenant(ports, config, { tenant, cluster, migrations, open: questions });
    });
    return { ok: result.records.every(({ status }) => status !== "unknown" && status !== "too large"), batch };
  },
};

interface Subject {
  readonly tenant: Tenant;
  readonly cluster: OfCluster;
  readonly migrations: readonly Migration[];
  readonly open: readonly OpenQuestion[];
}

async function rehearseTenant(
  ports: Ports,
  config: Config,
  { tenant, cluster, migrations, open }: Subject,
): Promise<TenantOutcome<TenantRehearsal>> {
  const start = ports.clock.monotonic();
  const said = (
    status: TenantRehearsal["status"],
    more: { readonly bytes?: number | null; readonly reason?: string | null },
  ): TenantRehearsal => ({
    tenant: tenant.id,
    status,
    bytes: more.bytes ?? null,
    ms: ports.clock.monotonic() - start,
    reason: more.reason ?? null,
    decided: status === "too large" || status === "unknown" ? [] : open,
  });
  // The dry run of its cluster was executed on a clone of this very tenant.
  const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(cluster.id));
  if (proof?.clonedFrom === tenant.id) return { record: said("proved", {}), findings: [] };
  try {
    const { matter, size } = await rowsMatter(ports, config, tenant, cluster, migrations);
    if (!matter) return { record: said("empty", { bytes: size }), findings: [] };
    if (!(size <= bytes(config.rehearsals.largest))) {
      const reason = `its database has ${sizeText(size)}, and rehearsals.largest is ${config.rehearsals.largest}`;
      return { record: said("too large", { bytes: size, reason }), findings: [tooLarge(tenant, reason)] };
    }
    const rehearsed = await runRehearsal(ports, config, tenant, migrations);
    const record = said(rehearsed.status, { bytes: size, reason: rehearsed.reason });
    return { record, findings: rehearsed.status === "ran" ? [] : [notRun(tenant, rehearsed)] };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const reason = `${error.message} [${error.code}]`;
    const rehearsed: Rehearsed = { status: "unknown", reason, statement: null };
    return { record: said("unknown", { reason }), findings: [notRun(tenant, rehearsed)] };
  }
}

function tooLarge(tenant: Tenant, reason: string): Finding {
  return {
    code: "probe.too-large-to-clone",
    gate: "probe",
    severity: "error",
    unknown: true,
    subject: { kind: "tenant", name: tenant.id },
    message: `Only running the release on a clone of tenant ${tenant.id} would tell what its rows do, and it is too large to clone: ${reason}.`,
    remedy: {
      text: "Raise rehearsals.largest in the config, give the gate a staging server with room, or put the change of rows and the constraint into two releases.",
    },
    tenants: [tenant.id],
  };
}

function notRun(tenant: Tenant, { status, reason, statement }: Rehearsed): Finding {
  const failed = status === "failed";
  const place = statement ? ` at statement ${statement.index + 1}` : "";
  return {
    code: failed ? "probe.rehearsal-failed" : "probe.not-rehearsed",
    gate: "probe",
    severity: "error",
    ...(failed ? {} : { unknown: true }),
    subject: { kind: "tenant", name: tenant.id },
    message: failed
      ? `On a clone of tenant ${tenant.id} the release failed${place}: ${reason}.`
      : `The release could not be tried on a clone of tenant ${tenant.id}, whose rows no probe can judge: ${reason}.`,
    remedy: {
      text: failed
        ? "Fix the migration or the rows that it fails on, then check again."
        : "Give the gate a staging server that holds a copy of the tenants (staging.mode and staging.url in the config), or raise rehearsals.timeout.",
    },
    tenants: [tenant.id],
    ...(statement ? { source: statement.source } : {}),
  };
}
