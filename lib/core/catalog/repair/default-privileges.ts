import { identifier } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { Privilege } from "../privileges.js";
import { grantee, grantsOf, roleName } from "./attributes.js";

/**
 * ALTER DEFAULT PRIVILEGES from one list to another; `null` for an object that is not there. Within a schema the lists add to those of the whole
 * database, which in turn replace what PostgreSQL grants by default: so a missing entry means nothing in a schema and the defaults in the database.
 * The server forgets an entry that says no more than having none.
 */
export function setDefaultPrivileges(actual: CatalogObject | null, declared: CatalogObject | null): string[] {
  const object = declared ?? actual;
  if (object === null) return [];
  const { schema, name, signature = "" } = object.id;
  const within = schema === undefined ? "" : ` IN SCHEMA ${identifier(schema)}`;
  const head = `ALTER DEFAULT PRIVILEGES FOR ROLE ${roleName(signature)}${within}`;
  const words = name.toUpperCase();
  const byDefault = builtIn(name, signature);
  const none = schema === undefined ? byDefault : [];
  const [is, should] = [actual, declared].map((each) => (each === null ? none : listOf(each, byDefault))) as [
    readonly Privilege[],
    readonly Privilege[],
  ];
  const roles = new Set([...is, ...should].map(({ role }) => role));
  return [
    ...[...roles].map((role) => `${head} REVOKE ALL ON ${words} FROM ${grantee(role)}`),
    ...should.flatMap((each) => grantsOf(each, words, "").map((grant) => `${head} ${grant}`)),
  ];
}

/** The catalog leaves out defaults that are written out. */
function listOf({ attributes }: CatalogObject, byDefault: readonly Privilege[]): readonly Privilege[] {
  return Array.isArray(attributes.privileges) ? (attributes.privileges as unknown as readonly Privilege[]) : byDefault;
}

function builtIn(name: string, owner: string): readonly Privilege[] {
  const all = (role: string): Privilege => ({ role, privileges: ["ALL"], grantable: [], grantor: null });
  return [...(OPEN.has(name) ? [all("PUBLIC")] : []), all(owner)];
}

/** What PUBLIC may use unless it was revoked. */
const OPEN: ReadonlySet<string> = new Set(["functions", "types"]);
