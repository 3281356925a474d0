import { z } from "zod";
import { approvalState } from "../../core/approval/decide.js";
import { askedRollback, rollbackQuestion } from "../approval/rollback-question.js";
import { type BegunRollback, beginRollback as begin } from "../rollout/begin-rollback.js";
import type { TakenOrder } from "../run/accepted-input.js";
import { artifact, need } from "../run/records.js";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string(), order: z.int().min(0) });

/** Splits the tenants of a requested rollback into batches, if what was approved is still what would be done. */
export const beginRollback: Step<z.infer<typeof input>, BegunRollback> = {
  name: "begin-rollback",
  input,
  settled: () => true,
  async run(ports, { run, order }) {
    const { asked, outlook, digest } = await askedRollback(ports, order);
    const record = await ports.approvals.read(rollbackQuestion(run, order));
    if (record === null) throw new Error(`nobody was asked about the rollback ${order} of the run ${run}`);
    if (record.request.digest !== digest)
      throw new Error("what would be taken back, or what the stack demands, has changed since people were asked");
    const { status, reason } = approvalState(record.request, record.entries, ports.clock.now());
    if (status !== "approved") throw new Error(`the rollback is not approved: ${reason}`);
    const begun = await begin(ports, asked.actor, outlook.tenants);
    const taken = await need<TakenOrder>(ports, artifact.order);
    await ports.artifacts.put(artifact.order, { ...taken, begun: true } satisfies TakenOrder);
    return begun;
  },
};
