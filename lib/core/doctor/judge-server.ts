import type { RoleFacts } from "../catalog/role-facts.js";
import type { Finding } from "../finding.js";
import { LAST_RELEASE, NEWEST_MAJOR, OLDEST_MAJOR } from "../postgres/majors.js";
import { identifier } from "../sql/quote.js";
import { type Check, lacking, ok } from "./check.js";
import type { ServerFacts } from "./server-facts.js";

export interface ServerView {
  /** `db-1.internal:5432`. */
  readonly host: string;
  /** The tenant whose database was asked. */
  readonly tenant: string;
  readonly serverVersion: number;
  /** `2026-11-29`, by this machine's clock. */
  readonly today: string;
  readonly facts: ServerFacts;
  /** Who owns the tenant's tables, and which role a release runs as. */
  readonly roles: RoleFacts;
  /** What is wrong with that. */
  readonly roleFindings: readonly Finding[];
  /** How far the server's clock is ahead of this machine's, and how precisely that is known. Milliseconds. */
  readonly skew: { readonly ms: number; readonly within: number };
  /** What the config allows this host. */
  readonly connections: number;
  /** Clones are created on this same server. */
  readonly clonesHere: boolean;
  readonly loopback: boolean;
}

const MOST_SKEW_MS = 2000;

/** What a server and our role on it allow, and what each missing thing would cost. */
export function judgeServer(view: ServerView): readonly Check[] {
  return [
    version(view),
    recovery(view),
    tls(view),
    ...owner(view),
    reader(view),
    aside(view),
    clones(view),
    activity(view),
    connections(view),
    clock(view),
  ].filter((check) => check !== null);
}

function version({ host, serverVersion, today }: ServerView): Check {
  const major = Math.floor(serverVersion / 10_000);
  if (major > NEWEST_MAJOR)
    return ok(
      host,
      `PostgreSQL ${major}, newer than the ${NEWEST_MAJOR} that is known: a tenant that uses what is new is named and blocked`,
    );
  const ended = LAST_RELEASE[major];
  if (ended !== undefined && today > ended)
    return lacking(host, "warning", {
      message: `PostgreSQL ${major} has had no release since ${ended}.`,
      cost: "Faults and security holes that are found in it stay.",
      remedy: "Plan the move to a newer major version.",
    });
  if (major >= OLDEST_MAJOR) return ok(host, `PostgreSQL ${major}`);
  return lacking(host, "error", {
    message: `PostgreSQL ${major}; supported are ${OLDEST_MAJOR} and newer.`,
    cost: "Its catalog may mean something that Schema Gate does not know: its tenants are unknown, and unknown is blocked.",
    remedy: null,
  });
}

function recovery({ host, facts }: ServerView): Check | null {
  if (!facts.inRecovery) return null;
  return lacking(host, "error", {
    message: "It is a standby: nothing can be written there.",
    cost: "The rollout would fail in every tenant of this host.",
    remedy: "Give the primary as url and the standby as replica in the registry.",
  });
}

function tls({ host, facts, loopback }: ServerView): Check | null {
  if (facts.tls || loopback) return null;
  return lacking(host, "warning", {
    message: "The connection is not encrypted.",
    cost: "Rows and the password can be read on the way.",
    remedy: "Remove sslmode=disable from the URL, or set connection.tls: true.",
  });
}

function owner({ host, tenant, roles, roleFindings }: ServerView): readonly Check[] {
  const name = `${host} rollout`;
  const wrong = roleFindings.map(({ severity, message, remedy }) =>
    lacking(name, severity === "error" ? "error" : "warning", {
      message,
      cost:
        severity === "error"
          ? "Every release is blocked until this is fixed."
          : "PostgreSQL holds nothing back from a release that runs as a superuser.",
      remedy: remedy?.sql ?? remedy?.text ?? null,
    }),
  );
  if (wrong.length > 0) return wrong;
  if (roles.superuser || roles.owned === roles.tables)
    return [ok(name, `${roles.role} may change all ${roles.tables} tables of ${tenant}${signedIn(roles)}`)];
  const others = roles.owner === null || roles.owner === roles.role ? [] : [roles.owner];
  return [
    lacking(name, roles.owned === 0 ? "error" : "warning", {
      message: `${roles.role} owns ${roles.owned} of ${roles.tables} tables of ${tenant}.`,
      cost: "PostgreSQL lets only the owner alter a table: a release that alters one of the others is blocked by its dry run.",
      remedy: others.map((other) => `GRANT ${identifier(other)} TO ${identifier(roles.role)};`)[0] ?? null,
    }),
  ];
}

function signedIn({ role, login }: RoleFacts): string {
  return role === login ? "" : `; ${login} signs in`;
}

function reader({ host, tenant, facts, roles }: ServerView): Check {
  const name = `${host} probes`;
  if (facts.readableTables === facts.tables) return ok(name, `${facts.role} may read the rows of ${tenant}`);
  return lacking(name, "error", {
    message: `${facts.role} may read ${facts.readableTables} of ${facts.tables} tables of ${tenant}.`,
    cost: "A probe of a table that cannot be read is unknown, and unknown is blocked.",
    remedy:
      roles.owner === null
        ? `GRANT pg_read_all_data TO ${identifier(facts.role)};   -- PostgreSQL 14 and later`
        : `GRANT ${identifier(roles.owner)} TO ${identifier(facts.role)};`,
  });
}

function aside({ host, tenant, facts, roles }: ServerView): Check {
  const name = `${host} kept data`;
  if (facts.createSchema) return ok(name, `${roles.role} may keep rows aside in ${tenant}`);
  return lacking(name, "warning", {
    message: `${roles.role} may not create a schema in the database of ${tenant}.`,
    cost: "What a release would destroy cannot be kept aside: a release that drops or narrows something has no way back.",
    remedy: `GRANT CREATE ON DATABASE ${identifier(facts.database)} TO ${identifier(roles.role)};   -- and in every other tenant's`,
  });
}

function clones({ host, facts, clonesHere }: ServerView): Check | null {
  const name = `${host} clones`;
  if (!clonesHere) return null;
  if (facts.createDatabase) return ok(name, `${facts.role} may make clones`);
  return lacking(name, "error", {
    message: `${facts.role} may not create databases.`,
    cost: "Without a clone there is no dry run and no proof of the way back: every release is blocked.",
    remedy: `ALTER ROLE ${identifier(facts.role)} CREATEDB;   -- or name a staging server in the config`,
  });
}

function activity({ host, facts }: ServerView): Check {
  const name = `${host} activity`;
  if (facts.readsActivity || facts.superuser) return ok(name, `${facts.role} sees the transactions of other roles`);
  return lacking(name, "warning", {
    message: `${facts.role} does not see what other roles run.`,
    cost: "A long transaction that would hold up a lock or CREATE INDEX CONCURRENTLY is not seen beforehand; the risk is rated for the worst.",
    remedy: `GRANT pg_read_all_stats TO ${identifier(facts.role)};`,
  });
}

function connections({ host, facts, connections: wanted }: ServerView): Check {
  const name = `${host} connections`;
  const free = facts.maxConnections - facts.usedConnections;
  const said = `${free} of ${facts.maxConnections} connections are free, ${wanted} are wanted`;
  if (free >= wanted * 2) return ok(name, said);
  return lacking(name, free < wanted ? "error" : "warning", {
    message: `${said}.`,
    cost: "The application and Schema Gate would take connections from each other.",
    remedy: `Set connectionsPerHost to ${Math.max(1, Math.floor(free / 4))} or fewer.`,
  });
}

function clock({ host, skew }: ServerView): Check {
  const name = `${host} clock`;
  const certain = Math.abs(skew.ms) - skew.within;
  if (certain <= MOST_SKEW_MS) return ok(name, "within 2 seconds of this machine's");
  const seconds = Math.round(Math.abs(skew.ms) / 1000);
  return lacking(name, "warning", {
    message: `It is ${seconds} seconds ${skew.ms > 0 ? "ahead of" : "behind"} this machine's.`,
    cost: "Times in the audit trail and in the server's log do not fit each other.",
    remedy: "Run an NTP client on both machines.",
  });
}
