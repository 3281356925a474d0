import type { Finding, Remedy } from "../finding.js";
import { identifier } from "../sql/quote.js";
import type { RoleFacts } from "./role-facts.js";

export interface RoleView {
  readonly tenant: string;
  readonly facts: RoleFacts;
  /** The config or the registry names a role. */
  readonly named: boolean;
  /** `connection.superuser`: why a release may run as one. */
  readonly superuser: string | undefined;
  /** The first migration that may do more than its statements say; null where each is plain, or none is known yet. */
  readonly code?: string | null;
}

/** What is wrong with the role that a release would run as in one tenant. Equal for tenants that are alike, so that each finding is reported once. */
export function roleFindings(view: RoleView): readonly Finding[] {
  const problem = membership(view) ?? ownership(view);
  return [problem, privilege(view)].filter((finding) => finding !== null);
}

function membership({ tenant, named, facts: { login, role, exists, member, inherits } }: RoleView): Finding | null {
  if (!named) return null;
  const about = { tenant, role };
  if (!exists)
    return finding(about, "role-missing", `There is no role ${role}, which connection.role or the registry names.`, {
      text: "Correct connection.role in the config, or the tenant's role in the registry.",
    });
  if (!member)
    return finding(
      about,
      "role-no-member",
      `${login} is not a member of ${role}, so it cannot run the release as ${role}.`,
      {
        text: "Let the login become the owner, then check again.",
        sql: `GRANT ${identifier(role)} TO ${identifier(login)};`,
      },
    );
  if (!inherits)
    return finding(
      about,
      "role-not-inherited",
      `${login} may become ${role} but has none of its rights before it does: it cannot read the tables, nor copy or drop a database.`,
      {
        text: "Let the login inherit what the owner may: the first statement from PostgreSQL 16 on, the second before it.",
        sql: `GRANT ${identifier(role)} TO ${identifier(login)} WITH INHERIT TRUE;\nALTER ROLE ${identifier(login)} INHERIT;`,
      },
    );
  return null;
}

function ownership({ tenant, named, facts }: RoleView): Finding | null {
  const { login, role, tables, owned, ownedByLogin, owner, superuser } = facts;
  if (superuser || tables === 0 || owner === null) return null;
  const about = { tenant, role };
  if (owned === 0)
    return finding(
      about,
      "role-not-owner",
      `The tables belong to ${owner}, and the release would run as ${role}, which owns none.`,
      {
        text: named
          ? `Set connection.role: ${owner}, or the tenant's role in the registry where owners differ.`
          : `Make the login a member of the owner, and set connection.role: ${owner} in the config.`,
        sql: `GRANT ${identifier(owner)} TO ${identifier(login)};`,
      },
    );
  if (named || ownedByLogin > 0) return null;
  return finding(
    about,
    "role-unset",
    `The tables belong to ${owner}, and the release would run as ${login}: what it makes would belong to ${login}, and nobody else could use it.`,
    { text: `Set connection.role: ${owner} in the config, or the tenant's role in the registry where owners differ.` },
  );
}

/**
 * A superuser may run a release only where no lesser role owns the tables and the release's statements are plain, or where the config gives a reason.
 * Code that was harmless under a clone's lesser role can ask who it is, and can switch back from a role to the login.
 */
function privilege({ tenant, facts: { login, role, owner, superuser }, ...view }: RoleView): Finding | null {
  if (!superuser) return null;
  const as = role === login ? `as the superuser ${login}` : `as ${role}, and ${login}, who signs in, is a superuser`;
  const because = view.superuser === undefined ? "" : `; the config says why: ${view.superuser}`;
  const way =
    owner === null
      ? "Give the tenants to a role that is not a superuser, and sign in as one of its members"
      : `Sign in as a role that is not a superuser but a member of ${owner}, with connection.role: ${owner}`;
  const said = finding({ tenant, role }, "superuser", `The release runs ${as}${because}.`, {
    text: `${way}; or say in connection.superuser why a superuser may run releases.`,
  });
  const opaque = view.code ?? null;
  if (view.superuser !== undefined)
    return { ...said, severity: opaque === null && owner === null ? "note" : "warning" };
  if (opaque !== null)
    return { ...said, message: `Migration ${opaque} may do more than its statements say, and would run ${as}.` };
  return owner === null || role !== login ? { ...said, severity: "note" } : said;
}

function finding(
  { tenant, role }: { readonly tenant: string; readonly role: string },
  code: string,
  message: string,
  remedy: Remedy,
): Finding {
  return {
    code: `introspect.${code}`,
    gate: "introspect",
    severity: "error",
    subject: { kind: "role", name: role },
    message,
    remedy: { ...remedy, command: "schema-gate doctor" },
    tenants: [tenant],
  };
}
