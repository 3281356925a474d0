import type { Finding, Gate, Remedy } from "../../core/finding.js";
import { DatabaseError } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/** What to do about a failed connection or query, by the server's or the system's code. The next step is the caller's. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Start the server, or correct the host and port in the registry.",
  ENOTFOUND: "Correct the host name in the registry.",
  ETIMEDOUT: "Check the network and the firewall between here and the host.",
  PASSWORD:
    "Name the password in the config: connection.password: env:NAME, and the server under connection.hosts; or put it into the tenant's url in the registry.",
  "28P01": "Correct the password that the registry or `connection.password` names.",
  "28000": "Allow this user and host in pg_hba.conf.",
  "3D000": "Correct the database name in the registry, or take the tenant out of it.",
  "53300": "Lower `connectionsPerHost` in the config, or raise max_connections.",
  "57014": "The query was cancelled by its timeout; raise `timeouts` in the config, or try when the server is calmer.",
  "NOT-OURS":
    "Find out who made it and why. Then remove it, or give it to the role that releases run as: ALTER … OWNER TO, REVOKE … FROM.",
  ROLE: "Do what the message says, or correct connection.role or the tenant's role in the registry.",
  "42501": "Grant the privilege that the message names; `schema-gate doctor` lists what is needed.",
};

/** The cause's remedy in a sentence; null for a code that says nothing about the cause. */
export function remedyOf(code: string): string | null {
  return REMEDIES[code] ?? null;
}

/** A tenant that could not be read is unknown, and unknown blocks. Errors other than the database's are not ours to explain. */
export function unreachable(gate: Gate, code: string, tenant: Tenant, doing: string, error: unknown): Finding {
  if (!(error instanceof DatabaseError)) throw error;
  return {
    code,
    gate,
    severity: "error",
    unknown: true,
    subject: { kind: "tenant", name: tenant.id },
    message: `Tenant ${tenant.id} (${tenant.host}/${tenant.database}) ${doing}: ${error.message} [${error.code}].`,
    remedy: {
      text: `${remedyOf(error.code) ?? "Find out why: a tenant that was not read cannot pass."} Then run the gate again, or leave the tenant out for a while under \`exempt\` in the config.`,
      command: "schema-gate doctor",
    } satisfies Remedy,
    tenants: [tenant.id],
  };
}
