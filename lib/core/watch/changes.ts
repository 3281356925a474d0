import type { Catalog, CatalogObject } from "../catalog/catalog.js";
import { compareCatalogs } from "../catalog/compare.js";
import { type Allowance, isAllowed } from "../catalog/drift.js";
import { humanName } from "../catalog/names.js";
import { groupBy } from "../group-by.js";
import type { Look, TenantLook } from "./look.js";

/** What happened to tenants between two looks. */
export interface FleetChange {
  readonly code: "changed" | "invalid-index" | "new" | "gone" | "unreachable" | "reachable" | "behind" | "ledger";
  readonly tenants: readonly string[];
  /** When the tenants were last seen in their earlier state, ISO 8601, the earliest; null when they were not. */
  readonly since: string | null;
  /** Full sentences, sorted. */
  readonly details: readonly string[];
}

export interface ChangesInput {
  readonly before: Look;
  readonly now: Look;
  /** Tenants that the registry no longer lists. */
  readonly gone: readonly string[];
  /** By fingerprint; an earlier catalog may no longer be kept. */
  readonly catalogs: ReadonlyMap<string, Catalog>;
  /** A tenant's group, from the registry. */
  readonly groups: ReadonlyMap<string, string | null>;
  readonly allow: readonly Allowance[];
  /** `2026-01-31`. */
  readonly today: string;
}

/** What has changed. Tenants to which the same happened share one change; drift that the config allows does not count. */
export function fleetChanges(input: ChangesInput): readonly FleetChange[] {
  const found = Object.entries(input.now.tenants).flatMap(([tenant, now]) =>
    tenantChanges(tenant, input.before.tenants[tenant], now, input),
  );
  const gone = input.gone.map((tenant) => ({
    code: "gone" as const,
    tenants: [tenant],
    since: input.before.tenants[tenant]?.read ?? null,
    details: [],
  }));
  const same = groupBy([...gone, ...found], ({ code, details }) => JSON.stringify([code, details]));
  return [...same.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const all = [first, ...others];
    const since = all.flatMap((one) => one.since ?? []).sort()[0] ?? null;
    return [{ ...first, tenants: all.flatMap(({ tenants }) => tenants), since }];
  });
}

function tenantChanges(
  tenant: string,
  before: TenantLook | undefined,
  now: TenantLook,
  input: ChangesInput,
): readonly FleetChange[] {
  const told = (code: FleetChange["code"], details: readonly string[]): FleetChange => ({
    code,
    tenants: [tenant],
    since: before?.read ?? null,
    details,
  });
  if (now.unreachable !== null)
    return before?.unreachable === now.unreachable ? [] : [told("unreachable", [now.unreachable])];
  return [
    ...(before === undefined ? [told("new", [])] : []),
    ...(before && before.unreachable !== null ? [told("reachable", [])] : []),
    ...schemaChanges(tenant, before, now, input).map(({ code, details }) => told(code, details)),
    ...(now.pending !== null && now.pending.length > 0 && !sameList(before?.pending, now.pending)
      ? [told("behind", now.pending)]
      : []),
    ...(now.ledger !== null && now.ledger !== before?.ledger ? [told("ledger", [now.ledger])] : []),
  ];
}

function schemaChanges(
  tenant: string,
  before: TenantLook | undefined,
  now: TenantLook,
  { catalogs, groups, allow, today }: ChangesInput,
): readonly Pick<FleetChange, "code" | "details">[] {
  if (now.fingerprint === null || now.fingerprint === before?.fingerprint) return [];
  const is = catalogs.get(now.fingerprint);
  const was = before?.fingerprint ? catalogs.get(before.fingerprint) : undefined;
  const invalid = invalidIndexes(is).filter((name) => !invalidIndexes(was).includes(name));
  const index = invalid.length > 0 ? [{ code: "invalid-index" as const, details: invalid }] : [];
  if (!before?.fingerprint) return index;
  if (!is || !was) return [...index, { code: "changed", details: ["What it was before is no longer kept."] }];
  const { differences } = compareCatalogs(is, was, { against: "before" });
  const whose = { tenant, group: groups.get(tenant) ?? null, today };
  const details = differences.filter((each) => !isAllowed(allow, whose, each.subject)).map(({ message }) => message);
  return details.length === 0 ? index : [{ code: "changed", details: [...details].sort() }, ...index];
}

function invalidIndexes(catalog: Catalog | undefined): readonly string[] {
  return (catalog?.objects ?? []).filter(isInvalid).map(({ id }) => `Index ${humanName(id)} is invalid.`);
}

function isInvalid(object: CatalogObject): boolean {
  return object.kind === "index" && object.attributes.valid === false;
}

function sameList(before: readonly string[] | null | undefined, now: readonly string[]): boolean {
  return JSON.stringify(before ?? []) === JSON.stringify(now);
}
