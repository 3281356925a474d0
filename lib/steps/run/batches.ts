import { groupBy } from "../../core/group-by.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, type Batch, type HostPlan } from "./records.js";
import type { Target } from "./target.js";

/** A batch must end well within a Lambda's 15 minutes, and there must be enough of them to keep a host's connections busy. */
const LARGEST_BATCH = 50;
const ROUNDS = 4;
/** All of them are listed in the state of the execution, which Step Functions limits to 256 KiB (docs/scale.md). */
const MOST_BATCHES = 2000;

/** Cuts tenants into batches per host, writes them as artifacts, and returns the small plan that the state machine iterates. */
export async function cutIntoBatches(
  ports: Ports,
  scope: string,
  tenants: readonly Tenant[],
  connections: number,
  targets?: Readonly<Record<string, Target>>,
): Promise<readonly HostPlan[]> {
  const byHost = groupBy(tenants, (tenant) => tenant.host);
  const least = Math.ceil(tenants.length / MOST_BATCHES);
  const hosts: HostPlan[] = [];
  for (const [index, [host, members]] of [...byHost].entries()) {
    const size = Math.min(LARGEST_BATCH, Math.max(least, Math.ceil(members.length / (connections * ROUNDS))));
    const batches: { id: string }[] = [];
    for (let start = 0; start < members.length; start += size) {
      const id = `${scope}-${index}-${batches.length}`;
      const some = members.slice(start, start + size);
      const approved =
        targets && Object.fromEntries(some.flatMap((one) => (targets[one.id] ? [[one.id, targets[one.id]]] : [])));
      const batch: Batch = {
        id,
        host,
        tenants: some,
        ...(approved ? { targets: approved as Batch["targets"] & object } : {}),
      };
      await ports.artifacts.put(artifact.batch(id), batch);
      batches.push({ id });
    }
    hosts.push({ id: host, connections, batches });
  }
  return hosts;
}
