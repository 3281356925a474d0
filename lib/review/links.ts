import { randomBytes } from "node:crypto";
import { type Capability, issueCapability, NONCE_BYTES } from "../core/approval/capability.js";
import type { Person } from "../core/approval/person.js";
import { type ApprovalRequest, isRequester } from "../core/approval/request.js";

/** Where the page of a run is, without the capability that opens it. */
export function runPath(run: string): string {
  return `/runs/${encodeURIComponent(run)}`;
}

/** One link per approver, each with its own capability. The requester gets none. */
export function approverLinks(
  request: ApprovalRequest,
  origin: string,
  key: Uint8Array,
): readonly { readonly person: Person; readonly link: string }[] {
  return request.approvers
    .filter((person) => !isRequester(request, person))
    .map((person) => ({ person, link: link(request, origin, key, person.id, "decide") }));
}

/** A link that shows the page and decides nothing, for the requester and anyone who watches. */
export function viewerLink(request: ApprovalRequest, origin: string, key: Uint8Array): string {
  return link(request, origin, key, request.requester, "view");
}

function link(
  request: ApprovalRequest,
  origin: string,
  key: Uint8Array,
  person: string,
  scope: Capability["scope"],
): string {
  return `${origin}${runPath(request.run)}?c=${issueCapability(request, person, scope, randomBytes(NONCE_BYTES), key)}`;
}
