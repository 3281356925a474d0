import { groupBy } from "../../core/group-by.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, type Batch, type HostPlan } from "./records.js";

/** A batch must end well within a Lambda's 15 minutes, and there must be enough of them to keep a host's connections busy. */
const LARGEST_BATCH = 50;
const ROUNDS = 4;
/** All of them are listed in the state of the execution, which Step Functions limits to 256 KiB (docs/scale.md). */
const MOST_BATCHES = 2000;

/** The batches of one host: what the state machine iterates over, and who is in each. */
interface PlannedHost {
  readonly plan: HostPlan;
  /** In the order of the plan's batches. */
  readonly members: readonly (readonly Tenant[])[];
}

/** Splits tenants into batches per host. */
export function planBatches(scope: string, tenants: readonly Tenant[], connections: number): readonly PlannedHost[] {
  const least = Math.ceil(tenants.length / MOST_BATCHES);
  return [...groupBy(tenants, (tenant) => tenant.host)].map(([host, all], index) => {
    const size = Math.min(LARGEST_BATCH, Math.max(least, Math.ceil(all.length / (connections * ROUNDS))));
    const members: (readonly Tenant[])[] = [];
    for (let start = 0; start < all.length; start += size) members.push(all.slice(start, start + size));
    const batches = members.map((_, place) => ({ id: `${scope}-${index}-${place}` }));
    return { plan: { id: host, connections, batches }, members };
  });
}

/** What is known about the tenants of a batch besides who they are, by id. */
type Known = Pick<Batch, "targets" | "sizes" | "open">;

export interface CutBatches {
  /** The small plan that the state machine iterates over. */
  readonly hosts: readonly HostPlan[];
  /** Digests of the batches' texts, by key. */
  readonly files: Readonly<Record<string, string>>;
}

/** Splits tenants into batches per host, and writes these as artifacts. */
export async function cutIntoBatches(
  ports: Ports,
  scope: string,
  tenants: readonly Tenant[],
  connections: number,
  known: Known = {},
): Promise<CutBatches> {
  const hosts = planBatches(scope, tenants, connections);
  const files: Record<string, string> = {};
  for (const { plan, members } of hosts)
    for (const [place, { id }] of plan.batches.entries()) {
      const some = members[place] ?? [];
      const parts = Object.entries(known).map(([name, all]) => [name, ofThese<unknown>(some, all)]);
      const batch: Batch = { id, host: plan.id, tenants: some, ...Object.fromEntries(parts) };
      const text = JSON.stringify(batch);
      await ports.artifacts.putText(artifact.batch(id), text);
      files[artifact.batch(id)] = digest(text);
    }
  return { hosts: hosts.map(({ plan }) => plan), files };
}

function ofThese<T>(tenants: readonly Tenant[], all: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    tenants.flatMap(({ id }) => {
      const one = all[id];
      return one === undefined ? [] : [[id, one] as const];
    }),
  );
}
