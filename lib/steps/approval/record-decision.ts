import { type ApprovalState, type Attempt, approvalState, judge, type Refusal } from "../../core/approval/decide.js";
import type { ApprovalRecord, Approvals } from "../../ports/approvals.js";

export type RecordedDecision =
  | { readonly accepted: true; readonly state: ApprovalState; readonly record: ApprovalRecord }
  | (Refusal & { readonly state: ApprovalState });

/** More than any quorum: each lost race means that somebody else's entry was recorded. */
const MOST_RACES = 100;

/**
 * Decides for every channel: reads the log, judges the attempt and takes the next place in the log; starts again when another decision took
 * that place first. Null when the run asks nothing.
 */
export async function recordDecision(approvals: Approvals, attempt: Attempt): Promise<RecordedDecision | null> {
  for (let race = 0; race < MOST_RACES; race += 1) {
    const record = await approvals.read(attempt.run);
    if (record === null) return null;
    const judgement = judge(record.request, record.entries, attempt);
    const stateAfter = (entries: ApprovalRecord["entries"]) => approvalState(record.request, entries, attempt.at);
    if (!judgement.accepted) return { ...judgement, state: stateAfter(record.entries) };
    if (await approvals.append(attempt.run, record.entries.length, judgement.decision)) {
      const entries = [...record.entries, judgement.decision];
      return { accepted: true, state: stateAfter(entries), record: { request: record.request, entries } };
    }
  }
  throw new Error(
    `the approval of ${attempt.run} could not be recorded: its log changed ${MOST_RACES} times in between`,
  );
}

/** Ends the approval because what it was given for has changed. True when this call ended it, false when it was void already. */
export async function voidApproval(approvals: Approvals, run: string, reason: string, at: number): Promise<boolean> {
  for (let race = 0; race < MOST_RACES; race += 1) {
    const record = await approvals.read(run);
    if (record === null || record.entries.some((entry) => entry.kind === "void")) return false;
    if (await approvals.append(run, record.entries.length, { kind: "void", reason, at })) return true;
  }
  throw new Error(`the approval of ${run} could not be voided: its log changed ${MOST_RACES} times in between`);
}
