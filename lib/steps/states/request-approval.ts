import { z } from "zod";
import { approvalState } from "../../core/approval/decide.js";
import { approvalsNeeded } from "../../core/approval/quorum.js";
import { type ApprovalRequest, requestProblem } from "../../core/approval/request.js";
import { milliseconds } from "../../core/config/config.js";
import type { Ports } from "../../ports/ports.js";
import { refuseOtherPolicy } from "../approval/refuse-other-policy.js";
import { rollbackRequest } from "../approval/rollback-question.js";
import { artifact, need, type ScoreRecord } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({
  run: z.string(),
  taskToken: z.string().min(1),
  /** For a rollback, its place in the trail; absent: the question is about the release. */
  order: z.int().min(0).optional(),
});

interface Output {
  readonly opened: "opened" | "reopened";
}

/** The question was answered, or its time ran out, before this wait began: there is nothing to wait for. */
class AlreadyDecided extends Error {
  override readonly name = "AlreadyDecided";
}

/** Puts the question to people. The task token is stored with the approvals and goes nowhere else. */
export const requestApproval: Step<z.infer<typeof input>, Output> = {
  name: "request-approval",
  input,
  // The token is new each time, so there is nothing to remember; opening the same question again changes nothing.
  settled: () => false,
  recorded: ({ run, order }) => ({ run, ...(order === undefined ? {} : { order }) }),
  async run(ports, { run, taskToken, order }) {
    const asked = order === undefined ? await releaseRequest(ports) : await rollbackRequest(ports, order);
    const now = ports.clock.now();
    const known = await ports.approvals.read(asked.run);
    const request = known?.request ?? asked;
    const problem = requestProblem(request);
    if (problem) throw new Error(`nobody can approve this run: ${problem}`);
    const opened = await ports.approvals.open({ ...request, digest: asked.digest }, taskToken);
    if (opened === "conflict")
      throw new Error("what was to be approved has changed since the question was asked; start a new run");
    if (known && approvalState(known.request, known.entries, now).status !== "pending")
      throw new AlreadyDecided(`the question of the run ${run} is not open any more`);
    if (opened === "opened") {
      await ports.audit.append({
        actor: asked.requester,
        action: "approval.requested",
        subject: { kind: "run", name: run },
        digest: asked.digest,
        details: {
          ...(order === undefined ? {} : { rollback: order }),
          quorum: request.quorum,
          approvers: request.approvers.map((person) => person.id),
          expiresAt: new Date(request.expiresAt).toISOString(),
        },
      });
    }
    return { opened };
  },
};

async function releaseRequest(ports: Ports): Promise<ApprovalRequest> {
  await refuseOtherPolicy(ports);
  const { config, requester, startedBy, coauthors } = await needRequest(ports);
  const score = await need<ScoreRecord>(ports, artifact.score);
  const now = ports.clock.now();
  return {
    run: ports.run,
    digest: score.digest,
    requester,
    ...(startedBy === undefined ? {} : { startedBy }),
    ...(coauthors === undefined ? {} : { coauthors }),
    approvers: config.approval.approvers,
    quorum: approvalsNeeded(score.verdict, config.approval.quorum) ?? Number.NaN,
    requestedAt: now,
    expiresAt: now + milliseconds(config.approval.expires),
  };
}
