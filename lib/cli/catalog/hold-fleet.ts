import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { rolloutsFolder } from "../../adapters/local/rollouts-folder.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import type { Tenant } from "../../ports/registry.js";
import { UnfinishedError } from "../command.js";

/** How long to wait for a command that ends soon. */
const PATIENCE_MS = 60_000;
const POLL_MS = 100;
/** Names that are no runs. */
const SHORT = /^(provision|adopt) /;

/** Keeps rollouts away from the fleet, as a rollout does: what the fleet has must not change while a command goes by it. Returns its end. */
export async function holdFleet(
  workspace: Workspace,
  tenants: readonly Tenant[],
  { name, refused }: { readonly name: `provision ${string}` | `adopt ${string}`; readonly refused: string },
): Promise<() => Promise<void>> {
  const rollouts = rolloutsFolder(join(workspace.locks, "rollouts"), workspace.access);
  const names = tenants.map(({ host, database, schema }) => `${host}/${database}/${schema ?? ""}`);
  const since = new Date(systemClock.now()).toISOString();
  for (const end = systemClock.monotonic() + PATIENCE_MS; ; await delay(POLL_MS)) {
    const other = await rollouts.begin(name, names, since);
    if (other === null) return () => rollouts.end(name);
    const short = SHORT.test(other.run);
    if (short && systemClock.monotonic() < end) continue;
    throw new UnfinishedError(
      `${refused}: ${short ? other.run : `the run ${other.run}`} has been changing tenants of this fleet since ${other.since}`,
      short ? null : `schema-gate status ${other.run} --watch`,
    );
  }
}
