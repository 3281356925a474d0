import { serve } from "@hono/node-server";
import type { ApprovalNotice } from "../../ports/notifier.js";
import type { Ports } from "../../ports/ports.js";
import { reviewApp } from "../../review/app.js";
import { auditRefusal } from "../../review/audit-refusal.js";
import type { ReviewDeps } from "../../review/deps.js";
import { approverLinks, viewerLink } from "../../review/links.js";
import { reviewModelOf } from "../../review/model-of-run.js";
import { SLACK_PATH, slackApp } from "../../review/slack/slack-app.js";
import { UnfinishedError } from "../command.js";
import type { Channels } from "./channels.js";

export interface ReviewServer {
  /** Each approver with a link of their own. */
  readonly links: ApprovalNotice["recipients"];
  /** For the requester and whoever watches: shows the page and decides nothing. */
  readonly viewer: string | null;
  close(): Promise<void>;
}

/** The review page on the loopback interface, for as long as a run waits, and where Slack sends what people press. */
export async function openReviewServer(ports: Ports, port: number, channels: Channels): Promise<ReviewServer> {
  const { key, slack } = channels;
  let origin = channels.origin ?? "";
  const deps: ReviewDeps = {
    get origin() {
      return origin;
    },
    key,
    approvals: ports.approvals,
    clock: ports.clock,
    model: (run) => (run === ports.run ? reviewModelOf(ports) : Promise.resolve(null)),
    // The run itself looks for the decision; there is nobody to wake.
    settle: async () => {},
    audit: async (event) => {
      if (event.kind === "refusal") await auditRefusal(ports, event);
    },
  };
  const app = reviewApp(deps);
  if (slack !== null) app.post(SLACK_PATH, (c) => slackApp({ ...deps, ...slack }).fetch(c.req.raw));
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (address) => {
      origin ||= `http://127.0.0.1:${address.port}`;
      resolve(listening);
    });
    listening.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "is in use by another program" : `cannot be used (${error.code})`;
      reject(
        new UnfinishedError(
          `port ${port} of the review page ${reason}`,
          "set approval.port to a free port, or to 0, and resume the run",
        ),
      );
    });
  });
  const record = await ports.approvals.read(ports.run);
  const links = record === null ? [] : approverLinks(record.request, origin, key);
  return {
    links,
    viewer: record === null ? null : viewerLink(record.request, origin, key, record.request.requester),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
