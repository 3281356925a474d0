import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ApprovalsFolder } from "../../lib/adapters/local/approvals-folder.js";
import { PRIVATE } from "../../lib/adapters/local/private-files.js";
import { type ApprovalState, approvalState } from "../../lib/core/approval/decide.js";
import type { ApprovalRequest } from "../../lib/core/approval/request.js";
import { reviewApp } from "../../lib/review/app.js";
import type { ReviewEvent } from "../../lib/review/deps.js";
import { approverLinks } from "../../lib/review/links.js";
import type { ReviewModel } from "../../lib/review/model.js";
import { sampleModel } from "./sample-model.js";

export const ORIGIN = "https://gate.example.com";
export const TASK_TOKEN = "AQCEAAAAKgAAAAMAAAAA-the-task-token";
const START = Date.parse("2026-11-22T17:00:00Z");

/** A folder for one test, removed when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "schema-gate-review-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Approvals in a folder, with what they are held against in another. */
export function approvalsIn(folder: string): ApprovalsFolder {
  return new ApprovalsFolder(join(folder, "approvals"), {
    key: Buffer.alloc(32, 9),
    records: join(folder, "records"),
    access: PRIVATE,
  });
}

/** The application with a pending approval in a real folder, a clock that the test moves, and all that left it. */
export async function pendingApproval(
  options: { model?: Partial<ReviewModel>; request?: Partial<ApprovalRequest>; origin?: string } = {},
) {
  const { origin = ORIGIN } = options;
  let model: ReviewModel | null = sampleModel(options.model);
  let now = START;
  const key = Buffer.alloc(32, 7);
  const events: ReviewEvent[] = [];
  const settled: { run: string; state: ApprovalState }[] = [];
  const approvals = approvalsIn(temporaryFolder());
  const request: ApprovalRequest = {
    run: model.run,
    digest: model.digest,
    requester: "dana",
    approvers: [
      { id: "dana", email: "dana@example.com", slack: "U0DANA" },
      { id: "alex", email: "alex@example.com", slack: "U0ALEX" },
      { id: "robin", email: "robin@example.com", slack: "U0ROBIN" },
    ],
    quorum: 1,
    requestedAt: START,
    expiresAt: START + 3_600_000,
    ...options.request,
  };
  await approvals.open(request, TASK_TOKEN);
  const deps = {
    origin,
    key,
    approvals,
    clock: { now: () => now, monotonic: () => now, sleep: async () => {} },
    model: async (run: string) => (run === request.run ? model : null),
    settle: async (run: string) => {
      const entries = (await approvals.read(run))?.entries ?? [];
      settled.push({ run, state: approvalState(request, entries, now) });
    },
    audit: async (event: ReviewEvent) => void events.push(event),
  };
  const links = new Map(approverLinks(request, origin, key).map(({ person, link }) => [person.id, link]));
  return {
    app: reviewApp(deps),
    deps,
    key,
    request,
    approvals,
    events,
    settled,
    /** The address of an approver's page, without the origin. */
    link: (person: string) => (links.get(person) ?? "").slice(origin.length),
    /** What the artifacts say from now on. */
    change: (next: Partial<ReviewModel> | null) => {
      model = next === null || model === null ? null : { ...model, ...next };
    },
    wait: (ms: number) => {
      now += ms;
    },
    entries: async () => (await approvals.read(request.run))?.entries ?? [],
  };
}

export type Pending = Awaited<ReturnType<typeof pendingApproval>>;

/** A browser's visit: what the page set and hid, ready to be sent back. */
export async function visit(pending: Pending, link: string) {
  const answer = await pending.app.request(link);
  const html = await answer.text();
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
  return {
    answer,
    html,
    cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "",
    csrf: hidden("csrf"),
    digest: hidden("digest"),
  };
}

export interface Sent {
  readonly verdict?: string;
  readonly reason?: string;
  readonly csrf?: string;
  readonly digest?: string;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a link as a browser does and sends the form from there, with whatever the test puts in place of it. */
export async function decideByLink(
  pending: Pending,
  link: string,
  sent: Sent = {},
  origin = ORIGIN,
): Promise<Response> {
  const page = await visit(pending, link);
  const { csrf, digest, cookie } = page;
  return post(pending, link, { csrf, digest, cookie, ...sent, headers: { origin, ...sent.headers } });
}

export async function post(pending: Pending, link: string, sent: Sent): Promise<Response> {
  const { verdict = "approve", reason = "", csrf = "", digest = "", cookie = "", headers } = sent;
  return pending.app.request(link, {
    method: "POST",
    headers: { origin: ORIGIN, "sec-fetch-site": "same-origin", cookie, ...headers },
    body: new URLSearchParams({ verdict, reason, csrf, digest }),
  });
}
