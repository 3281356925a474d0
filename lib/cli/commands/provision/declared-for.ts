import type { Catalog } from "../../../core/catalog/catalog.js";
import type { Finding } from "../../../core/finding.js";
import { digest } from "../../../core/json.js";
import type { Migration, Release } from "../../../core/migration/release.js";
import type { Artifacts } from "../../../ports/artifacts.js";
import type { Clock } from "../../../ports/clock.js";
import type { Database } from "../../../ports/database.js";
import type { Tenant } from "../../../ports/registry.js";
import { cloneName } from "../../../steps/catalog/declared.js";
import { replayBeside } from "../../../steps/catalog/declared-catalogs.js";
import { newRunId } from "../../run/run-id.js";
import { packageVersion } from "../../version.js";

interface DeclaredPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly memory: Artifacts;
}

interface DeclaredPlace {
  readonly tenant: Tenant;
  readonly example: Tenant | null;
  /** Every tenant's. */
  readonly schemas: readonly string[];
  readonly shared: readonly string[];
  /** Do not use what was found out last time. */
  readonly fresh: boolean;
}

/** The schema that migrations lead to on the tenant's server: as found out last time, or by running them on an empty database. */
export async function declaredFor(
  ports: DeclaredPorts,
  release: Release,
  migrations: readonly Migration[],
  { tenant, example, schemas, shared, fresh }: DeclaredPlace,
): Promise<Catalog> {
  const texts = migrations.map(({ version, up }) => [version, up.statements.map(({ sql }) => sql)]);
  const known = [packageVersion(), tenant.host, tenant.schema !== null, release.convention, shared, texts];
  const key = `provision/${digest(known).slice(0, 32)}.json`;
  const before = fresh ? null : await ports.memory.get<Catalog>(key);
  if (before) return before;
  const findings: Finding[] = [];
  const name = cloneName(newRunId(ports.clock.now()), "provision");
  const place = { name, schemas, shared, example };
  const catalog = await replayBeside(ports, release, tenant, migrations, place, findings);
  await ports.memory.put(key, catalog);
  return catalog;
}
