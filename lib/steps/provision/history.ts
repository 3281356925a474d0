import type { Migration, Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { type Database, DatabaseError } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { readPending } from "../catalog/declared-catalogs.js";

/** Tenants that are asked; they show a rollout that stopped halfway as well as more would. */
const ASKED = 5;

export interface History {
  /** What a new tenant gets, in order. */
  readonly migrations: readonly Migration[];
  /** What the others lack too. */
  readonly pending: readonly Migration[];
  /** Who was asked; empty if the new tenant is the first. */
  readonly like: readonly Tenant[];
}

/** Why it is not known what a new tenant should have: a clause. */
export class NoHistory extends Error {
  override readonly name = "NoHistory";
}

/** The migrations that the fleet has, by the ledgers of some of its tenants. Throws `NoHistory`. */
export async function historyOfFleet(
  database: Database,
  release: Release,
  others: readonly Tenant[],
): Promise<History> {
  const { migrations } = release;
  if (others.length === 0) return { migrations, pending: [], like: [] };
  const answers = await Promise.all(spread(others).map((tenant) => pendingOf(database, release, tenant)));
  const said = answers.flatMap((answer) => (answer instanceof DatabaseError ? [] : [answer]));
  const [first] = said;
  if (first === undefined) {
    const [error] = answers;
    throw new NoHistory(`no tenant could be asked which migrations the fleet has: ${(error as DatabaseError).message}`);
  }
  const broken = said.flatMap(({ tenant, findings }) =>
    findings.filter(({ severity }) => severity === "error").map(({ message }) => `tenant ${tenant.id}: ${message}`),
  );
  if (broken[0] !== undefined) throw new NoHistory(broken[0].replace(/\.$/, ""));
  const other = said.find(({ lacks }) => lacks.join(" ") !== first.lacks.join(" "));
  if (other)
    throw new NoHistory(
      `the tenants do not have the same migrations: ${first.tenant.id} lacks ${plural(first.lacks.length, "migration")}, ${other.tenant.id} ${other.lacks.length}`,
    );
  return {
    migrations: migrations.filter(({ version }) => !first.lacks.includes(version)),
    pending: migrations.filter(({ version }) => first.lacks.includes(version)),
    like: said.map(({ tenant }) => tenant),
  };
}

async function pendingOf(database: Database, release: Release, tenant: Tenant) {
  try {
    const { pending, findings } = await readPending(database, release, tenant);
    return { tenant, findings, lacks: pending.map(({ version }) => version) };
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

/** Spread over the whole registry: waves go through it in order. */
function spread(tenants: readonly Tenant[]): readonly Tenant[] {
  const step = Math.max(1, (tenants.length - 1) / (ASKED - 1));
  const places = new Set(Array.from({ length: ASKED }, (_, at) => Math.min(tenants.length - 1, Math.round(at * step))));
  return [...places].flatMap((at) => tenants[at] ?? []);
}
