import { randomBytes } from "node:crypto";
import { issueCapability } from "../core/approval/capability.js";
import type { Person } from "../core/approval/person.js";
import { type ApprovalRequest, isRequester } from "../core/approval/request.js";

/** Where the page of a run is, without the capability that opens it. */
export function runPath(run: string): string {
  return `/runs/${encodeURIComponent(run)}`;
}

/** One link per approver, each with a capability of its own. The requester gets none. */
export function approverLinks(
  request: ApprovalRequest,
  origin: string,
  key: Uint8Array,
): readonly { readonly person: Person; readonly link: string }[] {
  return request.approvers
    .filter((person) => !isRequester(request, person))
    .map((person) => ({ person, link: link(request, origin, key, person.id, "decide") }));
}

/** A link that shows the page and decides nothing, for the requester and for whoever watches. */
export function viewerLink(request: ApprovalRequest, origin: string, key: Uint8Array, name: string): string {
  return link(request, origin, key, name, "view");
}

function link(
  request: ApprovalRequest,
  origin: string,
  key: Uint8Array,
  person: string,
  scope: "decide" | "view",
): string {
  const { run, digest, expiresAt } = request;
  const nonce = randomBytes(18).toString("base64url");
  const token = issueCapability({ run, digest, person, scope, expiresAt, nonce }, key);
  return `${origin}${runPath(run)}?c=${token}`;
}
