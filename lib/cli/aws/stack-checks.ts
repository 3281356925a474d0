import { clientSettings } from "../../adapters/aws/clients.js";
import { UsageError } from "../../api/usage-error.js";
import { keyId } from "../../core/audit/seal.js";
import { type Check, lacking, ok } from "../../core/doctor/check.js";
import type { Io } from "../io.js";
import { machineOf, onStack, runsOfStack } from "./on-stack.js";
import { packSigner } from "./pack-signer.js";
import { awsAdapters } from "./sdk.js";

/** What the commands with `--aws` need on this machine and from the stack. Starts and writes nothing. */
export async function stackChecks(io: Io): Promise<readonly Check[]> {
  return [
    await checked("bucket", "No run can be started or followed.", () => bucket(io)),
    await checked("state machine", "No run can be started or followed.", () => stateMachine(io)),
    await checked("pack key", "The stack takes signed releases and orders alone.", () => packKey(io)),
  ];
}

async function bucket(io: Io): Promise<string> {
  let runs = 0;
  await onStack(io, async ({ store }) => {
    runs = (await runsOfStack(store)).length;
    return 0;
  });
  return `${io.env.SCHEMA_GATE_BUCKET}, runs in it: ${runs}`;
}

/** Asks about an execution that does not exist: whoever may be told so may follow one. */
async function stateMachine(io: Io): Promise<string> {
  const machine = machineOf(io);
  const { executionWatcher } = await awsAdapters();
  const nobody = machine.replace(":stateMachine:", ":execution:").concat(":schema-gate-doctor");
  try {
    await executionWatcher(nobody, clientSettings(io.env))();
  } catch (error) {
    if ((error as Error).name !== "ExecutionDoesNotExist") throw error;
  }
  return machine;
}

async function packKey(io: Io): Promise<string> {
  const signer = await packSigner(io);
  await signer.sign(Buffer.from("schema-gate doctor"));
  return `${signer.algorithm}, key id ${keyId(signer.publicKey)}; the stack's policy has to name it`;
}

async function checked(name: string, cost: string, look: () => Promise<string>): Promise<Check> {
  try {
    return ok(name, await look());
  } catch (error) {
    const remedy = error instanceof UsageError ? error.next : "Check the credentials, the region and the names.";
    return lacking(name, "error", { message: (error as Error).message, cost, remedy });
  }
}
