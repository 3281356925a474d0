import type { Finding } from "../../core/finding.js";
import { exemptions } from "../../core/rollout/exemptions.js";
import { EVERYBODY, SelectionError, select } from "../../core/rollout/selection.js";
import type { Tenant } from "../../ports/registry.js";
import type { RunRequest } from "../run/records.js";
import type { RunScope } from "../run/run-scope.js";

export interface Scoped {
  /** Tenants that the run reads and may migrate. */
  readonly tenants: readonly Tenant[];
  readonly scope: RunScope;
  readonly findings: readonly Finding[];
}

/** The registry's tenants that a run covers: those selected, without those exempt. Throws `SelectionError` if nobody is left. */
export function scopeOf(
  { config, selection = EVERYBODY }: Pick<RunRequest, "config" | "selection">,
  listed: readonly Tenant[],
  now: number,
): Scoped {
  const ids = listed.map(({ id }) => id);
  const today = new Date(now).toISOString().slice(0, 10);
  const { exempt, findings } = exemptions(config.exempt, new Set(ids), today);
  const selected = select(listed, selection);
  const out = new Set(exempt.map(({ tenant }) => tenant));
  const tenants = selected.filter(({ id }) => !out.has(id));
  if (tenants.length === 0) throw new SelectionError("every tenant is exempt; a gate over nothing would prove nothing");
  const chosen = new Set(selected.map(({ id }) => id));
  return { tenants, scope: { listed: ids, exempt, leftOut: ids.filter((id) => !chosen.has(id)) }, findings };
}
