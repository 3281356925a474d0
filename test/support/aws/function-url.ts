import { randomBytes } from "node:crypto";
import { issueCapability } from "../../../lib/core/approval/capability.js";
import type { ApprovalRequest } from "../../../lib/core/approval/request.js";
import type { SimulatedAws } from "./simulated-aws.js";

const ORIGIN = "https://gate.lambda-url.eu-central-1.on.aws";

export interface FunctionUrlRequest {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FunctionUrlAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
}

/** Whatever answers requests to the approval Function URL. */
export interface FunctionUrl {
  request(path: string, init?: FunctionUrlRequest): Promise<FunctionUrlAnswer>;
}

/** One request, as Lambda hands it on. */
export function functionUrlEvent(path: string, { method = "GET", body, headers = {} }: FunctionUrlRequest): object {
  const url = new URL(path, ORIGIN);
  return {
    version: "2.0",
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: { host: url.host, "x-forwarded-proto": "https", ...headers },
    ...(headers.cookie === undefined ? {} : { cookies: [headers.cookie] }),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
    requestContext: { domainName: url.host, http: { method, path: url.pathname } },
  };
}

/** The question of a run, from the bucket. */
export function questionIn({ s3 }: SimulatedAws, run: string): ApprovalRequest {
  for (const [key, { bytes }] of s3.objects) {
    if (!key.endsWith("/request.json") || !key.startsWith("approvals/")) continue;
    const { body } = JSON.parse(bytes.toString("utf8")) as { body?: ApprovalRequest };
    if (body?.run === run) return body;
  }
  throw new Error(`the run ${run} asks nothing`);
}

/** A person's link to the question. `change`: fields of the question that the link was made for which are other than they should be. */
export function approverLink(
  question: ApprovalRequest,
  person: string,
  key: string,
  change: Partial<ApprovalRequest> = {},
): string {
  const token = issueCapability({ ...question, ...change }, person, "decide", randomBytes(12), Buffer.from(key));
  return `/runs/${question.run}?c=${token}`;
}

export interface Sent {
  readonly verdict?: string;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookie?: string;
}

/** Opens an approver's link in a browser of its own and sends the form. */
export async function decide(gate: FunctionUrl, link: string, sent: Sent = {}): Promise<FunctionUrlAnswer> {
  const page = await gate.request(link);
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1] ?? "";
  const cookie = sent.cookie ?? page.cookies?.[0]?.split(";")[0] ?? "";
  const { verdict = "approve", reason = "" } = sent;
  return gate.request(link, {
    method: "POST",
    body: new URLSearchParams({ verdict, reason, csrf: hidden("csrf"), digest: hidden("digest") }).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      origin: ORIGIN,
      "sec-fetch-site": "same-origin",
      cookie,
      ...sent.headers,
    },
  });
}
