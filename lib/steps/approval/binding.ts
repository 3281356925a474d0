import { type ApprovalParts, type ApprovalSubject, approvalParts } from "../../core/approval/digest.js";
import type { Release } from "../../core/migration/release.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { REHEARSE } from "../probing/rehearsal.js";
import { artifact, need, resultsOf, type TenantReading } from "../run/records.js";
import { writtenRequest } from "../run/stored-request.js";

/** Findings that exist before anybody is asked; what the rollout finds later does not void the approval. */
const ASKED_ABOUT =
  /^findings\/(load|introspect|diverge|probe|lint|rollback|dry-run|queries-(?!wave-)|staging\.|staging-made|kept|score)/;

/** Everything that an approval covers, read from the run's artifacts. */
export async function bindingSubject(ports: Pick<Ports, "run" | "artifacts" | "policy">): Promise<ApprovalSubject> {
  const request = await writtenRequest(ports);
  const release = await need<Release>(ports, artifact.release);
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  const contents = async (keys: readonly string[]) => Promise.all(keys.map((key) => ports.artifacts.get(key)));
  const findings = (await ports.artifacts.list("findings")).filter((key) => ASKED_ABOUT.test(key));
  return {
    run: ports.run,
    release: release.migrations.map((migration) => [migration.version, migration.name, migration.up]),
    tenants: fleet.map((tenant) => JSON.stringify([tenant.id, tenant.host, tenant.database, tenant.schema])),
    targets: Object.fromEntries(readings.map((reading) => [reading.tenant, reading.target ?? "unknown"])),
    clusters: (await ports.artifacts.get(artifact.clusters)) ?? [],
    fingerprints: Object.fromEntries(readings.map((reading) => [reading.tenant, reading.fingerprint ?? "unknown"])),
    findings: await contents(findings),
    probes: await contents([
      ...(await ports.artifacts.list(artifact.results("Probe"))),
      ...(await ports.artifacts.list(artifact.results(REHEARSE))),
    ]),
    rollbackPlans: await contents([
      ...(await ports.artifacts.list("rollback")),
      ...(await ports.artifacts.list("proofs")),
    ]),
    config: request.config,
    policy: [request.policy ?? null, ports.policy ?? null],
  };
}

export async function bindingParts(ports: Ports): Promise<ApprovalParts> {
  return approvalParts(await bindingSubject(ports));
}
