import { groupBy } from "../../core/group-by.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { BatchParts } from "./batch-parts.js";
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

export interface CutBatches {
  /** The small plan that the state machine iterates over. */
  readonly hosts: readonly HostPlan[];
  readonly batches: readonly Batch[];
  /** Digests of the batches' texts, by key. */
  readonly files: Readonly<Record<string, string>>;
}

/** Splits tenants into batches per host, and writes these as artifacts. */
export async function cutIntoBatches(
  ports: Ports,
  scope: string,
  tenants: readonly Tenant[],
  connections: number,
  known: BatchParts = {},
): Promise<CutBatches> {
  const hosts = planBatches(scope, tenants, connections);
  const batches = hosts.flatMap(({ plan, members }) =>
    plan.batches.map(({ id }, place): Batch => {
      const some = members[place] ?? [];
      const parts = Object.entries(known).map(([name, all]) => [name, ofThese<unknown>(some, all)]);
      return { id, host: plan.id, tenants: some, ...Object.fromEntries(parts) };
    }),
  );
  const texts = batches.map((batch) => [artifact.batch(batch.id), JSON.stringify(batch)] as const);
  // Side by side: one after the other, those of 100,000 tenants would take longer than a function may.
  await Promise.all(texts.map(([key, text]) => ports.artifacts.putText(key, text)));
  const files = Object.fromEntries(texts.map(([key, text]) => [key, digest(text)]));
  return { hosts: hosts.map(({ plan }) => plan), batches, files };
}

function ofThese<T>(tenants: readonly Tenant[], all: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    tenants.flatMap(({ id }) => {
      const one = all[id];
      return one === undefined ? [] : [[id, one] as const];
    }),
  );
}

/** Keeps how the tenants of each batch are reached, so that who works on it need not read the registry whole. */
export async function keepWays({ registry }: Pick<Ports, "registry">, batches: readonly Batch[]): Promise<void> {
  await Promise.all(batches.map(({ id, tenants }) => registry.keepWays?.(id, tenants)));
}
