import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { readPerChange } from "../../adapters/local/read-per-change.js";
import type { ApprovalNotice } from "../../ports/notifier.js";
import type { Ports } from "../../ports/ports.js";
import { reviewApp } from "../../review/app.js";
import type { ReviewDeps } from "../../review/deps.js";
import { approverLinks, runPath, viewerLink } from "../../review/links.js";
import { reviewModelOf } from "../../review/model-of-run.js";
import { RefusalLog } from "../../review/refusal-log.js";
import { decideInSlack, SLACK_PATH, type SlackDeps, slackApp } from "../../review/slack/slack-app.js";
import { setPaused } from "../../steps/rollout/hold.js";
import { setSpeed } from "../../steps/rollout/speed.js";
import type { PageAddress } from "../../steps/run/page-address.js";
import { artifact } from "../../steps/run/records.js";
import { UnfinishedError } from "../command.js";
import type { Channels } from "./channels.js";
import { liveModels, Watchers } from "./page-watchers.js";

export interface ReviewServer {
  /** Where the page is, without the part that opens it. */
  readonly address: string;
  /** Each approver with their own link, which is shown to nobody else. */
  readonly links: ApprovalNotice["recipients"];
  /** For the requester and anyone who watches: shows the page and decides nothing. */
  readonly viewer: string | null;
  close(): Promise<void>;
}

/** Limits of a request: a silent connection is closed. Milliseconds. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5_000, maxConnections: 256 };

/** An answer that is being sent is completed; idle open connections are not waited for. */
const LAST_ANSWERS_MS = 500;

function closed(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((resolve) => {
    const last = setTimeout(() => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    }, LAST_ANSWERS_MS);
    server.close(() => {
      clearTimeout(last);
      resolve();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}

/** The review page on the loopback interface, while a run waits; Slack also sends button presses here. */
export async function openReviewServer(ports: Ports, port: number, channels: Channels): Promise<ReviewServer> {
  const { key, slack } = channels;
  let origin = channels.origin ?? "";
  const refusals = new RefusalLog(ports);
  // A click reads the evidence when it is sent, and again for the page that answers it.
  const read: Ports = { ...ports, artifacts: readPerChange(ports.artifacts) };
  const deps: ReviewDeps = {
    get origin() {
      return origin;
    },
    key,
    approvals: ports.approvals,
    clock: ports.clock,
    model: (run) => (run === ports.run ? reviewModelOf(read) : Promise.resolve(null)),
    live: liveModels(read),
    hold: async (_run, said) => {
      const at = new Date(ports.clock.now()).toISOString();
      if ("speed" in said) await setSpeed(ports, { percent: said.speed, by: said.by, at });
      else await setPaused(ports, { paused: said.paused, by: said.by, at, reason: null });
    },
    // The run itself looks for the decision; there is nobody to wake.
    settle: async () => {},
    audit: async (event) => {
      if (event.kind === "refusal") await refusals.note(event);
    },
  };
  const app = new Hono();
  const watchers = new Watchers(() => ports.clock.monotonic());
  app.use("*", async (c, next) => {
    await next();
    if (c.req.path.endsWith("/progress") && c.res.ok) watchers.told(c.req.query("c") ?? "");
  });
  app.route("/", reviewApp(deps));
  if (slack !== null) {
    const own: SlackDeps = {
      ...deps,
      ...slack,
      later: async (interaction) => {
        void decideInSlack(own, interaction).catch((error: Error) => deps.failed?.(error));
      },
    };
    app.post(SLACK_PATH, (c) => slackApp(own).fetch(c.req.raw));
  }
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
  if ("headersTimeout" in server) Object.assign(server, LIMITS);
  await ports.artifacts.put(artifact.page, { origin } satisfies PageAddress);
  const record = await ports.approvals.read(ports.run);
  const links = record === null ? [] : approverLinks(record.request, origin, key);
  return {
    address: `${origin}${runPath(ports.run)}`,
    links,
    viewer: record === null ? null : viewerLink(record.request, origin, key),
    close: async () => {
      await watchers.untilTold();
      await closed(server);
      await refusals.close();
    },
  };
}
