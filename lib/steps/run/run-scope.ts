import type { Exemption } from "../../core/rollout/exemptions.js";

/** Which tenants the run covers, by the registry when it began. */
export interface RunScope {
  /** Ids of all tenants that the registry listed. */
  readonly listed: readonly string[];
  readonly exempt: readonly Exemption[];
  /** Ids that the selection left out. */
  readonly leftOut: readonly string[];
}
