import { z } from "zod";
import { type Config, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { digest, type Json } from "../../core/json.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { type BackfillReleaseOptions, backfillRelease } from "../../core/release/backfill-release.js";
import { commandRelease } from "../../core/release/command-release.js";
import { type ReleaseFile, readRelease } from "../../core/release/read-release.js";
import { EMPTY_WORKLOAD } from "../../core/workload/workload.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { conventionByLedger } from "../catalog/convention.js";
import { refuseBusyFleet } from "../rollout/claim-fleet.js";
import { refusePolicy } from "../rollout/refuse-policy.js";
import { scopeOf } from "../rollout/scope.js";
import { refuseLargePlan, tooLongToWait } from "../rollout/too-large-for-aws.js";
import { tooManyWaves } from "../rollout/too-many-waves.js";
import type { BackfillRequest } from "../run/backfill-progress.js";
import { cutIntoBatches, keepWays } from "../run/batches.js";
import { saveFindings } from "../run/findings.js";
import { recordFindings } from "../run/recorded-findings.js";
import { artifact, type RunRequest } from "../run/records.js";
import type { RunScope } from "../run/run-scope.js";
import type { Step } from "../run/step.js";
import { needRequest, writtenRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly tenants: number;
  readonly hosts: unknown;
  readonly mode: "run" | "check";
}

/** Registry, release and config; tenants split into batches per host. */
export const load: Step<z.infer<typeof input>, Output> = {
  name: "load",
  input,
  settled: () => true,
  async run(ports) {
    const request = await needRequest(ports);
    const { config } = request;
    const files = await ports.releases.files();
    const listed: readonly Tenant[] = await ports.registry.tenants();
    refusePolicy(config, listed, ports.clock.now());
    const { tenants, scope, findings } = scopeOf(request, listed, ports.clock.now());
    await refuseBusyFleet(ports, tenants);
    const release = await releaseOf(ports, files, request, tenants);
    await ports.artifacts.put(artifact.release, release);
    if (config.workload)
      await ports.artifacts.put(artifact.workload, (await ports.releases.workload()) ?? EMPTY_WORKLOAD);
    const limits =
      request.engine === "aws" ? [...tooManyWaves(ports.run, tenants, config.rollout), ...tooLongToWait(request)] : [];
    await saveFindings(ports, "load", [...release.findings, ...findings, ...limits]);
    await ports.artifacts.put(artifact.fleet, tenants);
    await ports.artifacts.put(artifact.scope, scope);
    ports.events.emit({ type: "size", of: "tenants", count: tenants.length });
    const { hosts, batches } = await cutIntoBatches(ports, "all", tenants, config.connectionsPerHost);
    await keepWays(ports, batches);
    if (request.engine === "aws") refuseLargePlan(hosts, tenants, config);
    await ports.audit.append({
      actor: request.requester,
      action: "run.started",
      subject: { kind: "run", name: ports.run },
      digest: digest(release.migrations.map((migration) => [migration.version, migration.up.checksum])),
      details: {
        release: release.name,
        command: request.command,
        tenants: tenants.length,
        config: digest((await writtenRequest(ports)).config),
        ...(request.policy === undefined
          ? {}
          : {
              policy: digest(request.policy),
              startedBy: request.startedBy ?? null,
              coauthors: request.coauthors ?? [],
            }),
        ...(request.selection === undefined ? {} : { selection: { ...request.selection } as Json }),
        ...(ports.before ? { follows: { ...ports.before } } : {}),
      },
    });
    await recordFindings(ports, "Load");
    await recordExemptions(ports, scope.exempt);
    ports.events.emit({
      type: "result",
      phase: "Load",
      text: `${release.name} for ${plural(tenants.length, "tenant")} on ${plural(hosts.length, "host")}`,
    });
    return { tenants: tenants.length, hosts, mode: request.mode };
  },
};

/** One event for each tenant that a person left out. */
async function recordExemptions(ports: Ports, exempt: RunScope["exempt"]): Promise<void> {
  for (const { tenant, reason, expires, by } of exempt)
    await ports.audit.append({
      actor: "schema-gate",
      action: "tenant.exempted",
      subject: { kind: "tenant", name: tenant },
      digest: null,
      details: { reason, expires, by },
    });
}

async function releaseOf(
  ports: Ports,
  files: readonly ReleaseFile[],
  { config, backfill, run }: RunRequest,
  tenants: readonly Tenant[],
): Promise<Release> {
  if (config.migrator && !backfill) return commandReleaseOf(ports, files, config.migrator);
  const acceptances = {
    now: ports.clock.now(),
    list: config.accept.map((accepted) => ({ ...accepted, expires: Date.parse(accepted.expires) })),
  };
  if (backfill) return backfillOf(files, backfill, { acceptances, ...(backfill.again ? { again: run } : {}) });
  const { notMigrations, forwardMigrations, squashed } = config;
  const settings = {
    acceptances,
    notMigrations,
    forwardMigrations,
    squashed,
    application: config.application?.length !== 0,
  };
  if (config.convention !== "auto") return readRelease(files, { ...settings, convention: config.convention });
  const release = await readRelease(files, settings);
  const convention = await conventionByLedger(ports, release, tenants);
  return convention === release.convention ? release : readRelease(files, { ...settings, convention });
}

/** Only the file, without its surroundings. */
async function backfillOf(
  files: readonly ReleaseFile[],
  { file }: BackfillRequest,
  options: BackfillReleaseOptions,
): Promise<Release> {
  const [found] = files.filter(({ path }) => path === file.split(/[\\/]/).at(-1));
  if (!found) throw new Error(`${file} is not there any more`);
  return backfillRelease(found, options);
}

async function commandReleaseOf(
  ports: Ports,
  files: readonly ReleaseFile[],
  { command: argv, version, timeout, environment }: NonNullable<Config["migrator"]>,
): Promise<Release> {
  const { programChecksum } = ports.releases;
  const checksum = programChecksum ? await programChecksum() : null;
  const command = { argv, timeout: milliseconds(timeout), environment, sha256: checksum };
  const release = commandRelease(files, { command, version: version ?? null });
  return ports.migrator ? release : { ...release, findings: [notHere(release)] };
}

function notHere(release: Release): Finding {
  return {
    code: "release.migrator-unavailable",
    gate: "load",
    severity: "error",
    unknown: true,
    subject: { kind: "release", name: release.name },
    message: "The config names a team's own migrator, and programs cannot run here.",
    remedy: { text: "Run it on the local engine, on a machine that has the program.", command: "schema-gate run" },
  };
}
