import type { Json } from "../json.js";
import { parseArray } from "./sources/record.js";

/** What an access control list belongs to; it determines the defaults. */
export type PrivilegeTarget =
  | "relation"
  | "column"
  | "sequence"
  | "schema"
  | "function"
  | "type"
  | "language"
  | "foreign data wrapper"
  | "server"
  | "large object";

/** Every privilege of a target up to 16; 17 adds MAINTAIN (`m`) on relations (manual, "Privileges"). */
const ALL: Readonly<Record<PrivilegeTarget, string>> = {
  relation: "arwdDxt",
  column: "arwx",
  sequence: "rwU",
  schema: "UC",
  function: "X",
  type: "U",
  language: "U",
  "foreign data wrapper": "U",
  server: "U",
  "large object": "rw",
};

/** Targets on which PUBLIC has everything unless it was revoked. */
const OPEN: ReadonlySet<PrivilegeTarget> = new Set(["function", "type", "language"]);

const NAMES: Readonly<Record<string, string>> = {
  a: "INSERT",
  r: "SELECT",
  w: "UPDATE",
  d: "DELETE",
  D: "TRUNCATE",
  x: "REFERENCES",
  t: "TRIGGER",
  m: "MAINTAIN",
  U: "USAGE",
  C: "CREATE",
  X: "EXECUTE",
};

/** What one role may do, and who granted it. */
export interface Privilege {
  /** `PUBLIC` for everyone; a role with that very name is in double quotes. */
  readonly role: string;
  readonly privileges: readonly string[];
  /** Those that it may grant to others. */
  readonly grantable: readonly string[];
  /** Null when the owner granted it. */
  readonly grantor: string | null;
  readonly [other: string]: Json;
}

/**
 * An access control list in canonical order. Null when it says no more than the default, written out or not: GRANT followed by REVOKE leaves no
 * trace. All privileges of the target read `ALL`, so that a privilege that a newer server adds is not a difference. `role` turns a role's name into
 * its canonical one.
 */
export function canonicalPrivileges(
  target: PrivilegeTarget,
  owner: string,
  acl: string | null,
  role: (name: string) => string,
): readonly Privilege[] | null {
  if (acl === null) return null;
  const entries = parseArray(acl)
    .flatMap((item) => entry(target, owner, item ?? "", role))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  return JSON.stringify(entries) === JSON.stringify(defaults(target, owner)) ? null : entries;
}

/** What only one side grants, for a person: `SELECT, UPDATE for app`. */
export function privilegesApart(kind: string, actual: Json, declared: Json): readonly [string, string] {
  const [is, should] = [grants(kind, actual), grants(kind, declared)];
  const only = (mine: readonly string[], others: readonly string[]) =>
    mine.filter((one) => !others.includes(one)).join("; ") || "none";
  return [only(is, should), only(should, is)];
}

function grants(kind: string, value: Json): readonly string[] {
  if (!Array.isArray(value))
    return [...(kind === "column" ? [] : [OWNER_ALL]), ...(OPEN_KINDS.has(kind) ? [PUBLIC_ALL] : [])];
  return (value as readonly Privilege[]).map(({ role, privileges, grantable, grantor }) =>
    [
      `${privileges.join(", ")} for ${role === "$owner" ? "the owner" : role}`,
      ...(grantable.length > 0 ? [`grant option for ${grantable.join(", ")}`] : []),
      ...(grantor === null ? [] : [`granted by ${grantor}`]),
    ].join(", "),
  );
}

/** The privileges where nothing was granted. */
const OWNER_ALL = "ALL for the owner";
const PUBLIC_ALL = "ALL for PUBLIC";
/** Kinds of objects on which PUBLIC has everything unless it was revoked. */
const OPEN_KINDS: ReadonlySet<string> = new Set(["function", "type", "enum", "domain", "language"]);

/** `grantee=privileges/grantor`; a name that needs quoting is in double quotes. */
function entry(target: PrivilegeTarget, owner: string, item: string, role: (name: string) => string): Privilege[] {
  const match = /^("(?:[^"]|"")*"|[^=]*)=([a-zA-Z*]*)\/("(?:[^"]|"")*"|.*)$/s.exec(item);
  if (!match) throw new SyntaxError("malformed access control item");
  const [, grantee = "", letters = "", by = ""] = match;
  if (letters === "") return [];
  const grantor = role(unquote(by));
  return [
    {
      role: grantee === "" ? "PUBLIC" : roleName(role(unquote(grantee))),
      privileges: names(target, letters.match(/[a-zA-Z]/g) ?? []),
      grantable: names(
        target,
        (letters.match(/[a-zA-Z]\*/g) ?? []).map((pair) => pair.charAt(0)),
      ),
      grantor: grantor === owner ? null : roleName(grantor),
    },
  ];
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function roleName(name: string): string {
  return name === "PUBLIC" ? '"PUBLIC"' : name;
}

function names(target: PrivilegeTarget, letters: readonly string[]): string[] {
  if (letters.length > 0 && [...ALL[target]].every((letter) => letters.includes(letter))) return ["ALL"];
  return letters.map((letter) => NAMES[letter] ?? letter).sort();
}

function defaults(target: PrivilegeTarget, owner: string): Privilege[] {
  if (target === "column") return [];
  const all = (role: string) => ({ role, privileges: ["ALL"], grantable: [], grantor: null });
  const open = OPEN.has(target) ? [all("PUBLIC")] : [];
  return [...open, all(roleName(owner))].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey(privilege: Privilege): string {
  return JSON.stringify([privilege.role, privilege.grantor]);
}
