import { namesOf, normalName, type Person } from "./person.js";

/** The question put to people, for one run and one digest. */
export interface ApprovalRequest {
  readonly run: string;
  /** `approvalDigest` of what they are asked to approve. */
  readonly digest: string;
  /** The name under which the run was started. */
  readonly requester: string;
  readonly approvers: readonly Person[];
  /** Approvals needed, each by another person. */
  readonly quorum: number;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  /** From this moment on it counts as rejected. */
  readonly expiresAt: number;
}

export type Channel = "link" | "slack" | "terminal";

export interface Decision {
  readonly kind: "decision";
  readonly verdict: "approve" | "reject";
  /** Id of the person. */
  readonly person: string;
  readonly channel: Channel;
  readonly reason: string | null;
  readonly digest: string;
  /** What made the attempt unique: the capability's nonce, the hash of Slack's signature, … */
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The end of an approval because what it was given for has changed. */
export interface Voiding {
  readonly kind: "void";
  readonly reason: string;
  readonly at: number;
}

export type ApprovalEntry = Decision | Voiding;

/** Why a request can never be answered, or null. Checked before anyone is asked. */
export function requestProblem(request: ApprovalRequest): string | null {
  if (!Number.isInteger(request.quorum) || request.quorum < 1) return "the quorum must be a whole number of at least 1";
  if (!(request.requestedAt < request.expiresAt)) return "the approval would expire before it is asked for";
  if (normalName(request.requester) === "") return "the requester has no name, so self-approval could not be refused";
  const shared = sharedName(request.approvers);
  if (shared !== null) return `the name ${shared} belongs to more than one approver`;
  const others = request.approvers.filter((person) => !isRequester(request, person));
  if (others.length < request.quorum) {
    return `${request.quorum} approvals are needed, but only ${others.length} approvers are not the requester ${request.requester}; add approvers to the config`;
  }
  return null;
}

export function isRequester(request: Pick<ApprovalRequest, "requester">, person: Person): boolean {
  return namesOf(person).has(normalName(request.requester));
}

function sharedName(people: readonly Person[]): string | null {
  const seen = new Set<string>();
  for (const person of people) {
    for (const name of namesOf(person)) {
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return null;
}
