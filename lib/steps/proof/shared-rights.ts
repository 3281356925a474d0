import type { LackedUsage } from "../../core/catalog/shared-rights.js";
import type { Finding } from "../../core/finding.js";
import type { Migration } from "../../core/migration/release.js";
import { identifier } from "../../core/sql/quote.js";
import type { Tenant } from "../../ports/registry.js";
import type { TenantReading } from "../run/records.js";

/**
 * What the clone of one tenant does not show: its role may use a schema or a type that the tenants share, while the role of another tenant
 * of the cluster may not. Only what the release names counts. Equal for the tenants of one database and role.
 */
export function sharedRightsFindings(
  proved: Tenant,
  members: readonly Tenant[],
  readings: readonly Pick<TenantReading, "tenant" | "role">[],
  migrations: readonly Migration[],
): readonly Finding[] {
  const roles = new Map(readings.map(({ tenant, role }) => [tenant, role]));
  const there = new Set((roles.get(proved.id)?.lacks ?? []).map(({ on }) => on));
  const text = textOf(migrations);
  const findings = new Map<string, Finding>();
  for (const { id, host, database } of members) {
    const role = roles.get(id);
    for (const lacked of role?.lacks ?? []) {
      if (!role || there.has(lacked.on) || !namesAny(text, lacked)) continue;
      const key = JSON.stringify([host, database, role.name, lacked.on]);
      const same = findings.get(key);
      findings.set(
        key,
        same ? { ...same, tenants: [...(same.tenants ?? []), id] } : finding(id, proved.id, role.name, lacked.on),
      );
    }
  }
  return [...findings.values()];
}

/** A program's text is not known: it may use anything. */
function textOf(migrations: readonly Migration[]): string | null {
  if (migrations.some(({ migrator }) => migrator !== undefined)) return null;
  return migrations.flatMap(({ up }) => up.statements.map(({ sql }) => sql.toLowerCase())).join("\n");
}

/** A name whose letters are written as code points may be any name. */
function namesAny(text: string | null, { names }: LackedUsage): boolean {
  if (text === null || /\bu&"/.test(text)) return true;
  const words = new Set(text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu));
  return names.some(
    (name) => words.has(name.toLowerCase()) || (/[^\p{L}\p{N}_$]/u.test(name) && text.includes(name.toLowerCase())),
  );
}

function finding(tenant: string, proved: string, role: string, on: string): Finding {
  const [, kind = "", name = ""] = /^(\w+) (.*)$/s.exec(on) ?? [];
  return {
    code: "dry-run.no-usage",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "role", name: role },
    message: `${role} may not use the ${kind.toLowerCase()} ${name}, which this release names; the role of tenant ${proved}, on whose clone it was tried, may.`,
    remedy: {
      text: "Grant it, then check again.",
      sql: `GRANT USAGE ON ${on} TO ${identifier(role)};`,
      command: "schema-gate check",
    },
    tenants: [tenant],
  };
}
