import { resolve } from "node:path";
import { Fleet } from "../../../adapters/local/fleet.js";
import { memoryOf } from "../../../adapters/local/open-run.js";
import { localSecrets } from "../../../adapters/local/secrets.js";
import { workspaceIn } from "../../../adapters/local/workspace.js";
import { pgDatabase } from "../../../adapters/pg/database.js";
import { readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import type { Catalog } from "../../../core/catalog/catalog.js";
import { milliseconds } from "../../../core/config/config.js";
import { digest } from "../../../core/json.js";
import { exemptions } from "../../../core/rollout/exemptions.js";
import type { Selection } from "../../../core/rollout/selection.js";
import { type FleetChange, fleetChanges } from "../../../core/watch/changes.js";
import { continued, type Look } from "../../../core/watch/look.js";
import type { Artifacts } from "../../../ports/artifacts.js";
import { keptCatalog } from "../../../steps/catalog/catalog-reader.js";
import { lookAtFleet } from "../../../steps/watch/look-at-fleet.js";
import { selectedTenants } from "../../catalog/fleet-tenants.js";
import { releaseOfConfig } from "../../catalog/release-of-config.js";
import type { Io } from "../../io.js";

export interface PassOptions {
  readonly config: string;
  readonly selection: Selection;
  /** Ask the ledgers too. */
  readonly ledgers: boolean;
}

export interface Pass {
  /** ISO 8601. */
  readonly at: string;
  /** There was no earlier look to compare with. */
  readonly first: boolean;
  /** There is a stored look that this version did not write, or that somebody else changed: it is not trusted. */
  readonly distrusted: boolean;
  readonly tenants: number;
  readonly exempt: readonly string[];
  readonly changes: readonly FleetChange[];
}

/** Looks at the fleet once, and stores what was seen for the next time. Throws `UsageError`. */
export async function watchOnce(io: Io, options: PassOptions): Promise<Pass> {
  const { config, directory } = readConfig(io.cwd, options.config);
  const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
  const memory = memoryOf(workspaceIn(directory, io.env, config.runs.group));
  const at = new Date().toISOString();
  const today = at.slice(0, 10);
  const { all, tenants } = await selectedTenants(fleet, options.selection);
  const { exempt } = exemptions(config.exempt, new Set(all.map(({ id }) => id)), today);
  const left = new Set(exempt.map(({ tenant }) => tenant));
  const watched = tenants.filter(({ id }) => !left.has(id));
  const database = pgDatabase({ tenant: (tenant) => fleet.entry(tenant.id), staging: null });
  const key = `watch/${digest(resolve(directory, options.config)).slice(0, 32)}.json`;
  const before = await memory.get<Look & { readonly version: number }>(key);
  const known = before?.version === 1 ? before : null;
  const distrusted = known === null && (await memory.has(key));
  const release =
    !options.ledgers || config.migrator !== undefined
      ? null
      : await releaseOfConfig(database, config, directory, watched);
  if (typeof release === "string")
    throw new UsageError(release, "correct `migrations` in the config, or pass --no-ledgers");
  const { look: now, catalogs } = await lookAtFleet({ database, memory }, watched, {
    connectionsPerHost: config.connectionsPerHost,
    statementTimeout: milliseconds(config.timeouts.read),
    release,
    now: at,
  });
  const ids = new Set(all.map(({ id }) => id));
  const gone = Object.keys(known?.tenants ?? {}).filter((id) => !ids.has(id));
  const changes = fleetChanges({
    before: known ?? { version: 1, tenants: {} },
    now,
    gone,
    catalogs: await withCatalogsOf(known, memory, catalogs),
    groups: new Map(all.map(({ id, group }) => [id, group])),
    allow: config.drift.allow,
    today,
  });
  await memory.put(key, continued(known, now, new Set(gone)));
  return {
    at,
    first: known === null,
    distrusted,
    tenants: watched.length,
    exempt: [...left],
    // Compared with nothing, every tenant would be new.
    changes: known === null ? changes.filter(({ code }) => code !== "new") : changes,
  };
}

async function withCatalogsOf(
  before: Look | null,
  memory: Artifacts,
  catalogs: ReadonlyMap<string, Catalog>,
): Promise<ReadonlyMap<string, Catalog>> {
  const all = new Map(catalogs);
  const fingerprints = Object.values(before?.tenants ?? {}).flatMap(({ fingerprint }) => fingerprint ?? []);
  for (const fingerprint of new Set(fingerprints)) {
    const kept = all.has(fingerprint) ? null : await keptCatalog(memory, fingerprint);
    if (kept) all.set(fingerprint, kept);
  }
  return all;
}
