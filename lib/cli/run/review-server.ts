import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import type { Ports } from "../../ports/ports.js";
import { reviewApp } from "../../review/app.js";
import type { ReviewEvent } from "../../review/deps.js";
import { approverLinks } from "../../review/links.js";
import { reviewModelOf } from "../../review/model-of-run.js";
import { UnfinishedError } from "../command.js";

export interface ReviewServer {
  /** Each approver with a link of their own. */
  readonly links: readonly { readonly person: string; readonly link: string }[];
  close(): Promise<void>;
}

/** The review page on the loopback interface, for as long as a run waits. Links die with the process, with their key. */
export async function openReviewServer(ports: Ports, port: number): Promise<ReviewServer> {
  const key = randomBytes(32);
  let origin = "";
  const app = reviewApp({
    get origin() {
      return origin;
    },
    key,
    approvals: ports.approvals,
    clock: ports.clock,
    model: (run) => (run === ports.run ? reviewModelOf(ports) : Promise.resolve(null)),
    // The run itself looks for the decision; there is nobody to wake.
    settle: async () => {},
    audit: (event) => auditRefusal(ports, event),
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (address) => {
      origin = `http://127.0.0.1:${address.port}`;
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
    links: links.map(({ person, link }) => ({ person: person.id, link })),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Decisions are written into the trail from the approvals' own log; what was refused is known here alone. */
async function auditRefusal(ports: Ports, event: ReviewEvent): Promise<void> {
  if (event.kind !== "refusal") return;
  await ports.audit.append({
    actor: event.person ?? "unknown",
    action: "approval.refused",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { channel: event.channel, code: event.code, message: event.message, at: new Date(event.at).toISOString() },
  });
}
