import { personOf } from "./person.js";
import {
  type ApprovalEntry,
  type ApprovalRequest,
  type Channel,
  type Decision,
  isRequester,
  requesterNames,
  requesterText,
} from "./request.js";
import { skeleton } from "./skeleton.js";

/** Someone tries to decide. `name` is who the channel says they are. */
export interface Attempt {
  readonly run: string;
  readonly digest: string;
  readonly name: string;
  readonly channel: Channel;
  readonly verdict: "approve" | "reject";
  readonly reason: string | null;
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type RefusalCode =
  | "wrong-run"
  | "digest-mismatch"
  | "clock"
  | "replayed"
  | "closed"
  | "expired"
  | "not-an-approver"
  | "self-approval"
  | "already-decided"
  | "reason-missing";

export interface Refusal {
  readonly accepted: false;
  readonly code: RefusalCode;
  readonly message: string;
}

export type Judgement = { readonly accepted: true; readonly decision: Decision } | Refusal;

export type ApprovalStatus = "pending" | "approved" | "rejected" | "expired" | "void";

export interface ApprovalState {
  readonly status: ApprovalStatus;
  readonly approvals: readonly Decision[];
  readonly rejection: Decision | null;
  /** Approvals still missing. */
  readonly missing: number;
  /** One sentence. */
  readonly reason: string;
}

/** The state of the request after the entries recorded so far. Entries that the rules refuse do not count. */
export function approvalState(request: ApprovalRequest, entries: readonly ApprovalEntry[], now: number): ApprovalState {
  const approvals: Decision[] = [];
  let rejection: Decision | null = null;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === "void") {
      return { status: "void", approvals, rejection, missing: missing(request, approvals), reason: entry.reason };
    }
    if (rejection || missing(request, approvals) === 0) continue;
    if (refuse(request, counted(entries.slice(0, index)), asAttempt(request, entry)) !== null) continue;
    if (entry.verdict === "reject") rejection = entry;
    else approvals.push(entry);
  }
  const rest = { approvals, rejection, missing: missing(request, approvals) };
  if (rejection) return { status: "rejected", ...rest, reason: `${rejection.person} rejected it: ${rejection.reason}` };
  if (rest.missing === 0) return { status: "approved", ...rest, reason: `approved by ${people(approvals)}` };
  if (!(now < request.expiresAt)) return { status: "expired", ...rest, reason: "the time to decide is over" };
  const given =
    approvals.length > 0 ? `${approvals.length} of ${request.quorum} approvals given` : "nobody has decided";
  return { status: "pending", ...rest, reason: given };
}

/** Whether an attempt counts, given the entries before it. Pure: recording it exactly once is the store's job. */
export function judge(request: ApprovalRequest, entries: readonly ApprovalEntry[], attempt: Attempt): Judgement {
  const used = counted(entries).some((entry) => entry.nonce === attempt.nonce);
  if (used) return no("replayed", "this link or message was already used; each decides once");
  const state = approvalState(request, entries, attempt.at);
  if (state.status === "expired") return no("expired", "the time to decide is over; start a new run");
  if (state.status !== "pending") return no("closed", `the request is already ${state.status}: ${state.reason}`);
  const refusal = refuse(request, counted(entries), attempt);
  if (refusal) return refusal;
  const { verdict, channel, digest, nonce, at } = attempt;
  const person = personOf(request.approvers, attempt.name)?.id ?? request.requester;
  const reason = attempt.reason?.trim() || null;
  return { accepted: true, decision: { kind: "decision", verdict, person, channel, reason, digest, nonce, at } };
}

type Rule = (request: ApprovalRequest, before: readonly Decision[], attempt: Attempt) => Refusal | null;

/** In the order in which a person would want to know. The first rule that refuses gives the answer. */
const RULES: readonly Rule[] = [
  (request, _, { run }) => (run === request.run ? null : no("wrong-run", `this decision is for another run, ${run}`)),
  (request, _, { digest }) =>
    digest === request.digest
      ? null
      : no("digest-mismatch", "what was shown is not what would run now; open the page again"),
  (request, _, { at }) =>
    at >= request.requestedAt ? null : no("clock", "the clock says that the request was not made yet; check the clock"),
  (request, _, { at }) =>
    at < request.expiresAt ? null : no("expired", "the time to decide is over; start a new run"),
  (request, _, attempt) => personRule(request, attempt),
  (request, before, { name }) => {
    const person = personOf(request.approvers, name)?.id;
    return before.some((entry) => entry.person === person)
      ? no("already-decided", `${person} has decided already; a quorum needs different people`)
      : null;
  },
  (_, __, { verdict, reason }) =>
    verdict === "reject" && !reason?.trim() ? no("reason-missing", "a rejection needs a reason") : null,
];

function refuse(request: ApprovalRequest, before: readonly Decision[], attempt: Attempt): Refusal | null {
  for (const rule of RULES) {
    const refusal = rule(request, before, attempt);
    if (refusal) return refusal;
  }
  return null;
}

/** Who asks, and who may answer. */
export type Circle = Pick<ApprovalRequest, "requester" | "startedBy" | "coauthors" | "approvers">;

/** Why this person may not approve, or null: an approver must not be the requester, under any name. */
export function approverProblem(circle: Circle, name: string): string | null {
  return personRule(circle, { name, verdict: "approve" })?.message ?? null;
}

/** The requester may stop the run but never approve it. */
function personRule(request: Circle, { name, verdict }: Pick<Attempt, "name" | "verdict">): Refusal | null {
  const person = personOf(request.approvers, name);
  const self = person ? isRequester(request, person) : requesterNames(request).has(skeleton(name));
  if (self && verdict === "approve") {
    return no(
      "self-approval",
      `${requesterText(request)} asked for this run and cannot approve it; another approver must`,
    );
  }
  return self || person ? null : no("not-an-approver", `${name} is not among the approvers of this run`);
}

function counted(entries: readonly ApprovalEntry[]): readonly Decision[] {
  return entries.filter((entry) => entry.kind === "decision");
}

function asAttempt(request: ApprovalRequest, entry: Decision): Attempt {
  return { ...entry, run: request.run, name: entry.person };
}

function missing(request: ApprovalRequest, approvals: readonly Decision[]): number {
  return Math.max(0, request.quorum - approvals.length);
}

function people(approvals: readonly Decision[]): string {
  return approvals.map((entry) => entry.person).join(", ");
}

function no(code: RefusalCode, message: string): Refusal {
  return { accepted: false, code, message };
}
