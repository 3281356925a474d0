import { groupBy } from "../../core/group-by.js";
import { digest } from "../../core/json.js";
import { type Governed, governedTogether } from "../../core/rollout/governed.js";
import type { Ports } from "../../ports/ports.js";
import type { GovernorRecord } from "../run/backfill-progress.js";
import { artifact } from "../run/records.js";

/** What held or slowed a run's backfills so far, by host; hosts that nothing held are left out. */
export async function governedSoFar({
  artifacts,
}: Pick<Ports, "artifacts">): Promise<ReadonlyMap<string, readonly Governed[]>> {
  const keys = await artifacts.list("governor");
  const records = (await Promise.all(keys.map((key) => artifacts.get<GovernorRecord>(key)))).filter(
    (each) => each !== null,
  );
  const byHost = groupBy(records, ({ host }) => host);
  const sums = [...byHost].map(([host, each]) => [host, governedTogether(each.map((one) => one.sums))] as const);
  return new Map(sums.filter(([, each]) => each.length > 0));
}

/** One event for each host on which something was decided since the last wave: sums, so that the trail grows only with waves and hosts. */
export async function noteGoverned(ports: Pick<Ports, "artifacts" | "audit">): Promise<void> {
  const told = (await ports.artifacts.get<Readonly<Record<string, string>>>(artifact.governed)) ?? {};
  const now: Record<string, string> = {};
  for (const [host, decisions] of await governedSoFar(ports)) {
    now[host] = digest(decisions);
    if (told[host] === now[host]) continue;
    await ports.audit.append({
      actor: "schema-gate",
      action: "backfill.governed",
      subject: { kind: "host", name: host },
      digest: null,
      details: { decisions: decisions.map(({ part: _, ...said }) => ({ ...said, ms: Math.round(said.ms) })) },
    });
  }
  await ports.artifacts.put(artifact.governed, { ...told, ...now });
}
