import { UsageError } from "../../api/usage-error.js";
import type { Selection } from "../../core/rollout/selection.js";
import { wholeRollback } from "../../steps/rollout/outlook.js";
import { artifact } from "../../steps/run/records.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { chosenTenants } from "../run/chosen-tenants.js";
import { printOutlook } from "../run/print-outlook.js";
import { giveOrder } from "./give-order.js";
import { findOnStack, onStack, type StackRun } from "./on-stack.js";

export interface RollBackOnAws {
  /** Of the tenants that have the release. */
  readonly selection: Selection;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly json: boolean;
}

/** Asks the stack to take the release of a run out of its tenants. The stack asks for the approval. */
export function rollBackOnAws(io: Io, run: string | undefined, options: RollBackOnAws): Promise<ExitCode> {
  return onStack(io, async (stack) => {
    const found = await findOnStack(stack, run);
    const look = `schema-gate rollback ${found.run} --dry-run --aws`;
    const only = await chosenTenants(found, options.selection, look);
    const { waves, tenants, without } = await outlookOf(found, only);
    const strangers = without.filter((id) => options.selection.tenants.includes(id));
    if (strangers.length > 0)
      throw new UsageError(
        `the run ${found.run} has migrated no tenant ${strangers.join(", ")}`,
        `${look}   (lists those that can be taken back)`,
      );
    if (tenants.length === 0)
      throw new UsageError(
        `no tenant${only === null ? "" : " of those selected"} has the release of the run ${found.run}`,
        `schema-gate status ${found.run} --aws`,
      );
    if (options.dryRun) {
      printOutlook(io, found.run, waves, options.json);
      return 0;
    }
    const { wait, json } = options;
    return giveOrder(io, stack, found, { kind: "rollback", tenants: only === null ? null : tenants, wait, json });
  });
}

/** A run that stopped before its gates were done has changed nothing. */
async function outlookOf({ run, artifacts }: StackRun, only: readonly string[] | null) {
  if (!(await artifacts.has(artifact.waves))) return { waves: [], tenants: [], without: [] };
  return wholeRollback({ run, artifacts }, only);
}
