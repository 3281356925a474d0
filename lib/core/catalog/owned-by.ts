import type { Catalog, CatalogObject } from "./catalog.js";
import type { Privilege } from "./privileges.js";

const OWNER = "$owner";

/** The roles that a catalog names, besides the home's own owner and PUBLIC. */
export function rolesNamed({ objects }: Catalog): readonly string[] {
  const named = objects.flatMap(({ attributes: { owner, privileges, roles } }) => [
    ...(typeof owner === "string" ? [owner] : []),
    ...entriesOf(privileges).flatMap(({ role, grantor }) => [role, ...(grantor === null ? [] : [grantor])]),
    ...(Array.isArray(roles) ? roles.map(String) : []),
  ]);
  return [...new Set(named)].filter((role) => role !== OWNER && role !== "PUBLIC" && role !== "public").sort();
}

/**
 * A catalog as it would read if the role owned the database: what a history grants to that role by name then belongs to the owner. On an empty
 * database another role owns what the history creates.
 */
export function ownedBy(catalog: Catalog, role: string): Catalog {
  const objects = catalog.objects.map((object) => {
    const { owner, privileges, roles } = object.attributes;
    const named = (name: string) => (name === role ? OWNER : name);
    const attributes = {
      ...object.attributes,
      ...(owner === role ? { owner: OWNER } : {}),
      ...(Array.isArray(privileges) ? { privileges: together(object, entriesOf(privileges), named) } : {}),
      ...(Array.isArray(roles) ? { roles: roles.map((each) => named(String(each))).sort() } : {}),
    };
    return { ...object, attributes } as CatalogObject;
  });
  return { ...catalog, objects };
}

function entriesOf(value: unknown): readonly Privilege[] {
  return Array.isArray(value) ? (value as readonly Privilege[]) : [];
}

/** One entry per role and grantor, as the server keeps them; null for the default. */
function together(
  object: CatalogObject,
  entries: readonly Privilege[],
  named: (role: string) => string,
): readonly Privilege[] | null {
  const found = new Map<string, Privilege>();
  for (const each of entries) {
    const grantor = each.grantor === null || named(each.grantor) === OWNER ? null : each.grantor;
    const entry = { ...each, role: named(each.role), grantor };
    const key = JSON.stringify([entry.role, entry.grantor]);
    const known = found.get(key);
    found.set(key, known ? { ...entry, ...union(known, entry) } : entry);
  }
  const all = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return isDefault(object.kind, named(String(object.attributes.owner ?? OWNER)), all) ? null : all;
}

function union(a: Privilege, b: Privilege): Pick<Privilege, "privileges" | "grantable"> {
  const both = (x: readonly string[], y: readonly string[]) =>
    x.includes("ALL") || y.includes("ALL") ? ["ALL"] : [...new Set([...x, ...y])].sort();
  return { privileges: both(a.privileges, b.privileges), grantable: both(a.grantable, b.grantable) };
}

/** Everything for the owner, and for PUBLIC where PostgreSQL grants that by default. */
function isDefault(kind: CatalogObject["kind"], owner: string, entries: readonly Privilege[]): boolean {
  if (kind === "column" || kind === "default privileges") return false;
  const open = kind === "function" || kind === "type" || kind === "domain" || kind === "language";
  const all = (role: string): Privilege => ({ role, privileges: ["ALL"], grantable: [], grantor: null });
  const usual = [all(owner), ...(open ? [all("PUBLIC")] : [])];
  const text = (list: readonly Privilege[]) =>
    list
      .map(({ role, privileges, grantable, grantor }) => JSON.stringify([role, privileges, grantable, grantor]))
      .sort();
  return JSON.stringify(text(entries)) === JSON.stringify(text(usual));
}
