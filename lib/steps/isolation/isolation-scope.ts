import { type Config, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import type { IsolationScope } from "../../core/isolation/scope.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { readSharedPart, type SharedPart } from "./shared-part.js";

/**
 * What the text of a release is checked against for tenants that get it together, and what forbids starting at all. Throws `DatabaseError`
 * if one of their databases cannot be read.
 */
export async function isolationScope(
  ports: Pick<Ports, "clock" | "database">,
  config: Config,
  fleet: readonly Tenant[],
  members: readonly Tenant[],
): Promise<{ readonly scope: IsolationScope; readonly findings: readonly Finding[] }> {
  const schemaTenants = members.some(({ schema }) => schema !== null);
  const parts = schemaTenants ? await sharedParts(ports, config, members) : [];
  const schemas = new Set(members.map(({ schema }) => schema));
  const [own = null] = schemas.size === 1 ? schemas : [];
  const { rollout } = config;
  const scope: IsolationScope = {
    schemaTenants,
    own,
    shared: sharedSchemas(config),
    // If a tenant lives in public and the config says nothing about public, it counts as a tenant.
    ofShared: own !== null && config.registry.shared?.includes(own) === true,
    tenants: new Set(fleet.flatMap(({ schema }) => schema ?? [])),
    extensions: new Set(
      parts[0]?.part.extensions.filter((name) => parts.every(({ part }) => part.extensions.includes(name))),
    ),
    limits: {
      lockTimeout: milliseconds(rollout.lockTimeout),
      statementTimeout: milliseconds(rollout.statementTimeout),
    },
    acceptances: {
      now: ports.clock.now(),
      list: config.accept.map((accepted) => ({ ...accepted, expires: Date.parse(accepted.expires) })),
    },
  };
  // If the config says nothing, public is shared if it exists.
  const missing = config.registry.shared === undefined ? [] : parts;
  return { scope, findings: missing.flatMap(({ tenant, part }) => part.missing.map((name) => notThere(name, tenant))) };
}

/** Who else is in a tenant's database, and therefore in its clone. */
export function besideTenant(
  tenant: Tenant,
  members: readonly Tenant[],
  fleet: readonly Tenant[],
): { readonly neighbour: string | null; readonly sibling: string | null } {
  const other = (tenants: readonly Tenant[]) =>
    tenants.find(
      ({ host, database, schema }) =>
        host === tenant.host && database === tenant.database && schema !== null && schema !== tenant.schema,
    )?.schema ?? null;
  if (tenant.schema === null) return { neighbour: null, sibling: null };
  // A session on the clone has the tenant's own role, which has no rights in another role's schema.
  const ofRole = members.filter(({ role }) => role === tenant.role);
  return { neighbour: other(members) ?? other(fleet), sibling: other(ofRole) };
}

interface PartOfDatabase {
  readonly tenant: Tenant;
  readonly part: SharedPart;
}

async function sharedParts(
  ports: Pick<Ports, "database">,
  config: Config,
  members: readonly Tenant[],
): Promise<readonly PartOfDatabase[]> {
  const databases = new Map(members.map((tenant) => [JSON.stringify([tenant.host, tenant.database]), tenant]));
  const parts: PartOfDatabase[] = [];
  const statementTimeout = milliseconds(config.timeouts.read);
  for (const tenant of databases.values()) {
    const session = await ports.database.connect(tenant, { purpose: "read", statementTimeout, lockTimeout: 1000 });
    try {
      parts.push({ tenant, part: await readSharedPart(session, sharedSchemas(config)) });
    } finally {
      await session.close();
    }
  }
  return parts;
}

function notThere(schema: string, tenant: Tenant): Finding {
  return {
    code: "isolation.shared-missing",
    gate: "dry-run",
    severity: "error",
    unknown: true,
    subject: { kind: "schema", name: schema },
    message: `The config calls the schema ${schema} shared, and the database ${tenant.database} on ${tenant.host} has none of that name: what the tenants there would meet is not known.`,
    remedy: { text: "Correct registry.shared in the config, or make the schema." },
  };
}
