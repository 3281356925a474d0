import { Fleet } from "../../../adapters/local/fleet.js";
import { localSecrets } from "../../../adapters/local/secrets.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { workspaceIn } from "../../../adapters/local/workspace.js";
import { pgDatabase } from "../../../adapters/pg/database.js";
import { stagingServer } from "../../../adapters/registry/pinned.js";
import { type LoadedConfig, readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import type { Catalog } from "../../../core/catalog/catalog.js";
import { isAllowed } from "../../../core/catalog/drift.js";
import { allowedExtensions } from "../../../core/config/allowed-extensions.js";
import { milliseconds } from "../../../core/config/config.js";
import { sharedSchemas } from "../../../core/isolation/shared-schemas.js";
import type { Migration, Release } from "../../../core/migration/release.js";
import { operationsOfText } from "../../../core/operations/segments.js";
import type { Selection } from "../../../core/rollout/selection.js";
import { loadParser } from "../../../core/sql/parse.js";
import { type Database, DatabaseError } from "../../../ports/database.js";
import type { Tenant } from "../../../ports/registry.js";
import { type Adoption, type AdoptTenant, adoptTenant, compareTenant } from "../../../steps/adopt/adopt-tenant.js";
import { cloneName } from "../../../steps/catalog/declared.js";
import { replayBeside } from "../../../steps/catalog/declared-catalogs.js";
import { overHosts } from "../../../steps/catalog/over-hosts.js";
import { ownedAsTenant } from "../../../steps/catalog/owned-as-tenant.js";
import { selectedTenants } from "../../catalog/fleet-tenants.js";
import { holdFleet } from "../../catalog/hold-fleet.js";
import { releaseOfConfig } from "../../catalog/release-of-config.js";
import type { Io } from "../../io.js";
import type { AdoptOutput } from "../../json/adopt.js";
import { newRunId } from "../../run/run-id.js";
import { AdoptionTrail } from "./trail.js";

export interface AdoptOptions {
  /** Path of the config. */
  readonly file: string;
  /** Version of the last migration; null for the newest. */
  readonly to: string | null;
  readonly selection: Selection;
  readonly yes: boolean;
}

/** Compares each tenant with what the migrations lead to and, with `yes`, records them where it is the same. Throws `UsageError`. */
export async function adoptFleet(io: Io, { file, to, selection, yes }: AdoptOptions): Promise<AdoptOutput> {
  const loaded = readConfig(io.cwd, file);
  const { config, directory } = loaded;
  if (config.migrator !== undefined)
    throw new UsageError("a team's own migrator keeps its own record of what a tenant has", "schema-gate check");
  await loadParser();
  const secrets = localSecrets(io.env, directory);
  const fleet = new Fleet(config, secrets, directory);
  const { all, tenants: chosen } = await selectedTenants(fleet, selection);
  const server = config.staging.mode === "snapshot" ? null : await stagingServer(config, secrets);
  const database = pgDatabase({
    tenant: (tenant) => fleet.wayTo(tenant),
    uncontained: config.staging.uncontained !== undefined,
    extensions: allowedExtensions(config),
    staging: server === null ? null : async () => server,
  });
  const release = await releaseOfConfig(database, config, directory, chosen);
  if (typeof release === "string") throw new UsageError(release, "correct `migrations` in the config");
  const opaque = release.findings.find(({ unknown }) => unknown === true);
  if (opaque) throw new UsageError(`not every migration is understood: ${opaque.message}`, "schema-gate check");
  const migrations = upTo(release, to);
  const id = newRunId(systemClock.now());
  const adopting: Adopting = { loaded, database, release, migrations, all, chosen, id };
  const workspace = workspaceIn(directory, io.env, config.runs.group);
  const end = yes ? await holdFleet(workspace, chosen, { name: `adopt ${id}`, refused: "nothing was recorded" }) : null;
  try {
    const trail = yes ? await AdoptionTrail.open(workspace, id, io.login, adopting) : null;
    const outcomes = await eachTenant(adopting, trail);
    await trail?.close(outcomes);
    return {
      dry: !yes,
      release: release.name,
      convention: release.convention,
      migrations: migrations.map(({ version }) => version),
      unseen: migrations.filter(writesRows).map(({ version }) => version),
      trail: trail?.directory ?? null,
      tenants: chosen.map(({ id: tenant }) => shown(tenant, outcomes.get(tenant))),
    };
  } finally {
    await end?.();
  }
}

interface Adopting {
  readonly loaded: LoadedConfig;
  readonly database: Database;
  readonly release: Release;
  readonly migrations: readonly Migration[];
  readonly all: readonly Tenant[];
  readonly chosen: readonly Tenant[];
  readonly id: string;
}

async function eachTenant(adopting: Adopting, trail: AdoptionTrail | null): Promise<ReadonlyMap<string, Adoption>> {
  const { loaded, database, release, migrations, chosen, id } = adopting;
  const { config } = loaded;
  const today = new Date(systemClock.now()).toISOString().slice(0, 10);
  const declaredOf = declarations(adopting);
  const outcomes = new Map<string, Adoption>();
  await overHosts(chosen, config.connectionsPerHost, async (tenant) => {
    const declared = await declaredOf(tenant);
    if (typeof declared === "string") {
      outcomes.set(tenant.id, { outcome: "unknown", reason: declared });
      return;
    }
    const input: AdoptTenant = {
      tenant,
      release,
      migrations,
      declared,
      allowed: (subject) => isAllowed(config.drift.allow, { tenant: tenant.id, group: tenant.group, today }, subject),
      settings: {
        lockTimeout: milliseconds(config.rollout.lockTimeout),
        statementTimeout: milliseconds(config.timeouts.read),
        concurrentTimeout: 0,
        shared: sharedSchemas(config),
      },
      database,
    };
    const outcome = trail === null ? await compareTenant(input) : await adoptTenant(input, `adopt ${id}`);
    outcomes.set(tenant.id, outcome);
    if (outcome.outcome === "adopted") await trail?.adopted(tenant.id, outcome.fingerprint);
  });
  return outcomes;
}

/** What the migrations lead to next to a tenant, executed once per host and kind of tenant; a text why that is unknown. */
function declarations({ loaded, database, release, migrations, all, id }: Adopting) {
  const { config } = loaded;
  const made = new Map<string, Promise<Catalog>>();
  const place = { schemas: all.flatMap(({ schema }) => schema ?? []), shared: sharedSchemas(config) };
  return async (tenant: Tenant): Promise<Catalog | string> => {
    const key = JSON.stringify([tenant.host, tenant.schema !== null, tenant.role ?? null]);
    const name = cloneName(id, `adopt_${made.size}`);
    const ports = { database, clock: systemClock };
    const catalog = made.get(key) ?? replayBeside(ports, release, tenant, migrations, { name, ...place }, []);
    made.set(key, catalog);
    try {
      const [owned] = await ownedAsTenant(database, tenant, [await catalog]);
      return owned ?? (await catalog);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return `the migrations do not run on an empty database next to it: ${error.message} [${error.code}]`;
    }
  };
}

function upTo({ migrations }: Release, to: string | null): readonly Migration[] {
  if (to === null) return migrations;
  const at = migrations.findIndex(({ version }) => version === to);
  if (at !== -1) return migrations.slice(0, at + 1);
  const known = migrations.slice(-3).map(({ version }) => version);
  throw new UsageError(
    `the folder has no migration ${to}; the newest are: ${known.join(", ") || "none"}`,
    "schema-gate adopt --to VERSION",
  );
}

/** Statements whose work no catalog shows. */
const ROWS: ReadonlySet<string> = new Set(["write-rows", "truncate", "query", "opaque"]);

function writesRows({ up }: Migration): boolean {
  return up.statements.some((statement) => operationsOfText(statement).some(({ kind }) => ROWS.has(kind)));
}

function shown(tenant: string, adoption: Adoption | undefined): AdoptOutput["tenants"][number] {
  if (adoption === undefined) throw new Error(`nothing was found out about the tenant ${tenant}`);
  return {
    tenant,
    outcome: adoption.outcome,
    differences: adoption.outcome === "differs" ? [...adoption.differences] : [],
    reason: adoption.outcome === "refused" || adoption.outcome === "unknown" ? adoption.reason : null,
  };
}
