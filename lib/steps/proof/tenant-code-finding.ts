import type { Finding } from "../../core/finding.js";
import { shownCode } from "../catalog/automatic-code.js";

/** Code that tenants wrote would run, or ran for the `reason` in the config, with rights that reach beyond the database. */
export function tenantCodeFinding(code: readonly string[], reason: string | null): Finding {
  const base = { code: "dry-run.others-code", gate: "dry-run", subject: { kind: "release", name: "release" } } as const;
  const shown = shownCode(code);
  if (reason !== null)
    return {
      ...base,
      severity: "warning",
      message: `The gate connects as a superuser, so ${shown} may run as one; the config says why: ${reason}`,
      remedy: { text: "Connect as the role that owns the tenants." },
    };
  return {
    ...base,
    severity: "error",
    unknown: true,
    message: `The release was not executed: the gate connects as a role that reaches beyond the database, and ${shown} would run with its rights.`,
    remedy: {
      text: "Connect as the role that owns the tenants, or as a member of it that is not a superuser; or say in connection.superuser why tenants' code may run as one.",
    },
  };
}
