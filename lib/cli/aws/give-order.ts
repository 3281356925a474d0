import { signOrder } from "../../adapters/aws/sign-order.js";
import { UsageError } from "../../api/usage-error.js";
import { AUDIT_FILE } from "../../core/audit/chain.js";
import { readTrail } from "../../core/audit/trail.js";
import { digest } from "../../core/json.js";
import { ORDER, type OrderBody } from "../../core/policy/order.js";
import { authorsOfPipeline } from "../../core/release/change.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { followRun } from "./follow-run.js";
import { consoleAddress, machineOf, type Stack, type StackRun } from "./on-stack.js";
import { packSigner } from "./pack-signer.js";

export interface GivenOrder {
  readonly kind: OrderBody["kind"];
  /** Ids; null: all that have the release. */
  readonly tenants: readonly string[] | null;
  readonly wait: boolean;
  readonly json: boolean;
}

/** Signs an order about a run that has ended, starts its execution and follows it. */
export async function giveOrder(io: Io, stack: Stack, found: StackRun, order: GivenOrder): Promise<ExitCode> {
  const { aws, settings } = stack;
  const { run } = found;
  const machine = machineOf(io);
  const { status } = await aws.executionWatcher(found.execution, settings)();
  if (status === "RUNNING" || status === "PENDING_REDRIVE")
    throw new UsageError(`the run ${run} has not ended yet`, `schema-gate status ${run} --aws`);
  const { kind, tenants, wait, json } = order;
  const after = await headOf(found);
  const authors = [...authorsOfPipeline(io.env)];
  const body: OrderBody = {
    format: 1,
    kind,
    run,
    after,
    tenants: tenants && [...tenants],
    authors,
    startedBy: io.login,
  };
  const signed = await signOrder(body, await packSigner(io));
  const name = `${run.slice(0, 59)}-${kind}-${digest(signed.body).slice(0, 8)}`;
  const { execution } = await aws.startExecution(machine, { run, release: ORDER, order: signed }, settings, name);
  io.stderr.write(`Run ${run}, ${kind}\n  ${consoleAddress(execution)}\n`);
  return followRun(io, { run, execution, order: kind, wait, json });
}

/** The end that the order is about, so that it is not applied to another one. */
async function headOf({ run, artifacts }: StackRun): Promise<string> {
  const text = await artifacts.getText(AUDIT_FILE);
  if (text === null)
    throw new UnfinishedError(
      `the run ${run} has no sealed trail yet; one whose execution was stopped is sealed a quarter of an hour later`,
      `schema-gate status ${run} --aws`,
    );
  const { events, findings } = readTrail(Buffer.from(text, "utf8"));
  const last = events.at(-1);
  if (last === undefined || findings.length > 0)
    throw new UnfinishedError(`the trail of ${run} is not whole`, `schema-gate audit verify ${run}`);
  return last.hash;
}
