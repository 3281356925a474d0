import { Fleet } from "../../../adapters/local/fleet.js";
import { memoryOf } from "../../../adapters/local/open-run.js";
import { localSecrets } from "../../../adapters/local/secrets.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { type Workspace, workspaceIn } from "../../../adapters/local/workspace.js";
import { pgDatabase } from "../../../adapters/pg/database.js";
import { TAKEN } from "../../../adapters/pg/new-schema.js";
import { pgProvisioner } from "../../../adapters/pg/provisioner.js";
import { readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import { allowedExtensions } from "../../../core/config/allowed-extensions.js";
import { type Config, milliseconds } from "../../../core/config/config.js";
import { sharedSchemas } from "../../../core/isolation/shared-schemas.js";
import { digest } from "../../../core/json.js";
import type { Migration } from "../../../core/migration/release.js";
import { loadParser } from "../../../core/sql/parse.js";
import { type Database, DatabaseError } from "../../../ports/database.js";
import type { Template } from "../../../ports/provisioner.js";
import type { Tenant } from "../../../ports/registry.js";
import { CLONE_PREFIX } from "../../../steps/catalog/declared.js";
import { firstNotPlain } from "../../../steps/catalog/tenant-role.js";
import { isolationScope } from "../../../steps/isolation/isolation-scope.js";
import { historyOfFleet, NoHistory } from "../../../steps/provision/history.js";
import { leftOut, NotPlain, provisionTenant, reachesOthers } from "../../../steps/provision/provision-tenant.js";
import { fleetTenants } from "../../catalog/fleet-tenants.js";
import { holdFleet } from "../../catalog/hold-fleet.js";
import { releaseOfConfig } from "../../catalog/release-of-config.js";
import { UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import type { ProvisionOutput } from "../../json/provision.js";
import { packageVersion } from "../../version.js";
import { declaredFor } from "./declared-for.js";

/** The state of the fleet, or of the history, does not allow making a tenant like it. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(
    message: string,
    /** The next command or edit. */
    readonly next: string,
  ) {
    super(message);
  }
}

/** Creates one tenant. Throws `UsageError`, `RefusedError` and `UnfinishedError`, with nothing left behind. */
export async function provision(io: Io, id: string, file: string): Promise<Omit<ProvisionOutput, "ms">> {
  const { config, directory } = readConfig(io.cwd, file);
  if (config.migrator !== undefined)
    throw new UsageError(
      "a team's own migrator declares no schema that a new tenant could be compared with",
      "run the migrator on the new database",
    );
  const workspace = workspaceIn(directory, io.env, config.runs.group);
  const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
  const { tenant, all } = await listed(fleet, id, file);
  const release = await holdFleet(workspace, all, { name: `provision ${id}`, refused: `${id} was not made` });
  try {
    return await made({ config, directory, workspace, fleet, tenant, all });
  } catch (error) {
    if (error instanceof NotPlain) throw new RefusedError(`${id} was not made: ${error.message}`, PLAIN);
    if (error instanceof NoHistory) throw new RefusedError(`${id} was not made: ${error.message}`, NEXT);
    if (!(error instanceof DatabaseError)) throw error;
    if (error.code === TAKEN) throw taken(tenant);
    throw new UnfinishedError(`${id} was not made: ${error.message} [${error.code}]`, "schema-gate doctor");
  } finally {
    await release();
  }
}

const PLAIN =
  "sign in as the role that is to own the tenant, or say in connection.superuser why a superuser may run migrations";
const NEXT = "schema-gate inspect, then roll the release out to every tenant";

interface Making {
  readonly config: Config;
  readonly directory: string;
  readonly workspace: Workspace;
  readonly fleet: Fleet;
  readonly tenant: Tenant;
  readonly all: readonly Tenant[];
}

async function made(making: Making): Promise<Omit<ProvisionOutput, "ms">> {
  const { config, directory, workspace, fleet, tenant, all } = making;
  await loadParser();
  const database = pgDatabase({
    tenant: (one) => fleet.entry(one.id),
    uncontained: config.staging.uncontained !== undefined,
    extensions: allowedExtensions(config),
    staging: null,
  });
  const provisioner = pgProvisioner(async (one) => (await fleet.entry(one.id)).endpoint);
  if (await provisioner.isTaken(tenant)) throw taken(tenant);
  const others = all.filter((one) => one.id !== tenant.id);
  const release = await releaseOfConfig(database, config, directory, others);
  if (typeof release === "string") throw new UsageError(release, "correct `migrations` in the config");
  const opaque = release.findings.find(({ unknown }) => unknown === true);
  if (opaque) throw new RefusedError(`not every migration is understood: ${opaque.message}`, "schema-gate check");
  const { migrations, pending, like } = await historyOfFleet(database, release, others);
  await refuseReaching(database, making, migrations);
  const timeout = milliseconds(config.rollout.statementTimeout);
  const { fingerprint, differences, template } = await provisionTenant({
    tenant,
    release,
    migrations,
    name: `${CLONE_PREFIX}new_${digest([tenant.host, tenant.database]).slice(0, 24)}`,
    database,
    example: like[0] ?? null,
    opaque: config.connection.superuser === undefined ? (firstNotPlain(migrations, config)?.version ?? null) : null,
    like: [...new Set(like.flatMap(({ host, database: name }) => (host === tenant.host ? [name] : [])))],
    settings: {
      lockTimeout: milliseconds(config.rollout.lockTimeout),
      statementTimeout: timeout,
      concurrentTimeout: milliseconds(config.rollout.concurrentTimeout),
      shared: sharedSchemas(config),
    },
    declared: (fresh) =>
      declaredFor({ database, clock: systemClock, memory: memoryOf(workspace) }, release, migrations, {
        tenant,
        example: like[0] ?? null,
        schemas: all.flatMap(({ schema }) => schema ?? []),
        shared: sharedSchemas(config),
        fresh,
      }),
    provisioner,
    template: templateOf(making, release.convention, migrations),
    clock: systemClock,
  });
  return {
    tenant: tenant.id,
    host: tenant.host,
    database: tenant.database,
    schema: tenant.schema,
    outcome: differences.length === 0 ? "provisioned" : "differs",
    migrations: migrations.map(({ version }) => version),
    pending: pending.map(({ version }) => version),
    like: like.map((one) => one.id),
    // For a copy, this was reported when the template was made.
    leftOut: (template === "copied" ? [] : leftOut(migrations)).map(
      ({ subject, message }) => `${subject.name}: ${message}`,
    ),
    fingerprint,
    template,
    differences: [...differences],
  };
}

/** Null if the config wants none, and for schemas, which cannot be copied. */
function templateOf(
  { config, tenant, directory }: Making,
  convention: string,
  migrations: readonly Migration[],
): Template | null {
  if (!config.provision.template || tenant.schema !== null) return null;
  const texts = migrations.map(({ version, up }) => [version, up.statements.map(({ sql }) => sql)]);
  const key = digest([packageVersion(), tenant.role ?? null, convention, texts]);
  return { name: `${CLONE_PREFIX}template_${key.slice(0, 24)}`, of: digest(directory).slice(0, 24) };
}

/** A history that was written before tenants shared a database may reach into it. */
async function refuseReaching(
  database: Database,
  { config, tenant, all }: Making,
  migrations: readonly Migration[],
): Promise<void> {
  if (tenant.schema === null) return;
  const { scope, findings } = await isolationScope({ clock: systemClock, database }, config, all, [tenant]);
  const [first] = [...findings, ...reachesOthers(migrations, scope)];
  if (first) throw new RefusedError(`${tenant.id} was not made: ${first.message}`, "schema-gate check");
}

async function listed(fleet: Fleet, id: string, file: string) {
  const all = await fleetTenants(fleet);
  const tenant = all.find((one) => one.id === id);
  if (tenant) return { tenant, all };
  throw new UsageError(
    `the registry lists no tenant ${id}`,
    `list it in the registry that ${file} names, with the URL of the database that it is to have`,
  );
}

function taken({ database, host, schema }: Tenant): UsageError {
  const what = schema === null ? `database ${database}` : `schema ${schema} of database ${database}`;
  return new UsageError(`the ${what} on ${host} is there already`, "schema-gate inspect   (shows what it has)");
}
