import { plural } from "../plural.js";
import { namesIn, withoutTag } from "./names-in.js";
import { namesOf, type Person } from "./person.js";
import { hasRareLetters, mixesScripts, skeleton } from "./skeleton.js";

/** The question put to people, for one run and one digest. */
export interface ApprovalRequest {
  readonly run: string;
  /** `approvalDigest` of what they are asked to approve. */
  readonly digest: string;
  /** The name under which the run was started. */
  readonly requester: string;
  /** The login that started it, if the machine knows one: also a requester, whatever the config says. */
  readonly startedBy?: string | undefined;
  /** Others who have a part in the change: requesters too. */
  readonly coauthors?: readonly string[] | undefined;
  readonly approvers: readonly Person[];
  /** Approvals needed, each by a different person. */
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

/** The end of an approval because what it covers has changed. */
interface Voiding {
  readonly kind: "void";
  readonly reason: string;
  readonly at: number;
}

export type ApprovalEntry = Decision | Voiding;

function tooFew(request: ApprovalRequest, others: number): string {
  const needed = plural(request.quorum, "approval is", "approvals are");
  const who = `the requester ${requesterText(request)}`;
  const there =
    others === 0
      ? `there is no approver besides ${who}`
      : `only ${plural(others, "approver is", "approvers are")} not ${who}`;
  return `${needed} needed, but ${there}; add approvers to the config, on AWS to the policy of the stack`;
}

/** Why a request can never be answered, or null. Checked before anyone is asked. */
export function requestProblem(request: ApprovalRequest): string | null {
  if (!Number.isInteger(request.quorum) || request.quorum < 1) return "the quorum must be a whole number of at least 1";
  if (!(request.requestedAt < request.expiresAt)) return "the approval would expire before it is asked for";
  const asking = requesters(request);
  const names = asking.flatMap(namesIn).filter((name) => !name.includes("<"));
  const unclear = mixed(names) ?? approversProblem(request.approvers);
  if (unclear !== null) return unclear;
  if (asking.some((name) => skeleton(name) === ""))
    return "the requester has no name, so self-approval could not be refused";
  const others = request.approvers.filter((person) => !isRequester(request, person));
  if (others.length < request.quorum) {
    return tooFew(request, others.length);
  }
  return null;
}

/** Why it would not be clear which of these people decides, or null. */
export function approversProblem(approvers: readonly Person[]): string | null {
  const unnamed = approvers.find(({ id }) => skeleton(id) === "");
  if (unnamed !== undefined) return "an approver has no name";
  const shared = sharedName(approvers);
  if (shared !== null) return `the name ${shared} belongs to more than one approver`;
  const names = approvers.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
  return mixed(names) ?? rare(names);
}

function mixed(names: readonly string[]): string | null {
  const found = names.find(mixesScripts);
  return found === undefined
    ? null
    : `the name ${found} mixes letters of several scripts, so it can be taken for another`;
}

function rare(names: readonly string[]): string | null {
  const found = names.find(hasRareLetters);
  return found === undefined
    ? null
    : `the name ${found} has letters of a rare script, so it can be taken for another; write it in those of a common one`;
}

type Requester = Pick<ApprovalRequest, "requester" | "startedBy" | "coauthors">;

/** Under any of their names: the one that the config gives, and the login that started the run. */
export function isRequester(request: Requester, person: Person): boolean {
  const names = [...namesOf(person)];
  // Of two addresses one may have a tag: `team+alex@` and `team+robin@` are two people.
  const asWritten = new Set(written(request).map(skeleton));
  const asking = requesterNames(request);
  return names.some((name) => asking.has(name)) || names.flatMap(withoutTag).some((name) => asWritten.has(name));
}

export function requesterNames(request: Requester): ReadonlySet<string> {
  return new Set(
    written(request)
      .flatMap((name) => [name, ...withoutTag(name)])
      .map(skeleton),
  );
}

function written(request: Requester): readonly string[] {
  return requesters(request).flatMap((name) => [name, ...namesIn(name)]);
}

function requesters({ requester, startedBy, coauthors = [] }: Requester): readonly string[] {
  return [requester, ...(startedBy === undefined ? [] : [startedBy]), ...coauthors];
}

/** For a sentence: who asked, their login if that is another name, and who else has a part in it. */
export function requesterText(request: Requester): string {
  const { requester, startedBy, coauthors = [] } = request;
  const others = new Set([...(startedBy === undefined ? [] : [`started by ${startedBy}`]), ...coauthors]);
  const isOther = (name: string) => skeleton(name) !== skeleton(requester);
  return requesters(request).some(isOther) ? `${requester} (${[...others].join(", ")})` : requester;
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
