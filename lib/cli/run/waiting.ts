import { personOf } from "../../core/approval/person.js";
import type { ApprovalNotice } from "../../ports/notifier.js";
import type { Ports } from "../../ports/ports.js";
import { approvalNotice } from "../../review/approval-notice.js";
import { reviewModelOf } from "../../review/model-of-run.js";
import { askApprovers } from "../../steps/approval/ask-approvers.js";
import { UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";
import { type Approver, isApproved, isDecided, untilDecided } from "./approver.js";
import type { Channels } from "./channels.js";
import { ask, decideAtTerminal } from "./question.js";
import { openReviewServer, type ReviewServer } from "./review-server.js";
import { printVerdict } from "./verdict.js";

export interface WaitingOptions {
  readonly io: Io;
  /** Port of the review page; 0 picks a free one. */
  readonly port: number;
  /** Who sits at this terminal. */
  readonly name: string;
  /** `wait`: until somebody decides. `leave`: say how to decide later, and end. `self`: the demo answers for itself. */
  readonly mode: "wait" | "leave" | "self";
  readonly channels: Channels;
}

/** Shows the verdict, keeps the review page open until the report is there, and also asks at the terminal if there is one. */
export function approverFor(options: WaitingOptions): Approver {
  const opened: Opened = { server: null, asking: Promise.resolve() };
  return {
    show: (ports) => showRollout(ports, options, opened),
    wait: (ports, stop) => waitForAnswer(ports, stop, options, opened),
    async end() {
      const { server } = opened;
      opened.server = null;
      await opened.asking;
      await server?.close();
    },
  };
}

interface Opened {
  server: ReviewServer | null;
  /** Awaited at the end, where its failure counts. */
  asking: Promise<void>;
}

async function waitForAnswer(
  ports: Ports,
  stop: AbortSignal,
  options: WaitingOptions,
  opened: Opened,
): Promise<boolean> {
  const { io, mode, name } = options;
  if (await isDecided(ports)) return true;
  await printVerdict(io, ports);
  if (mode === "leave") {
    io.stderr.write(`Waiting for an approval. Decide with: schema-gate approve ${ports.run}\n`);
    io.stderr.write(`then continue with:                   schema-gate resume ${ports.run}\n`);
    return false;
  }
  const server = await openReviewServer(ports, options.port, options.channels);
  opened.server = server;
  const answered = new AbortController();
  try {
    await printLinks(ports, options, server);
    opened.asking = askElsewhere(ports, options, server.links);
    // Until it is awaited it must not end the process.
    opened.asking.catch(() => {});
    if (mode === "self") {
      io.stderr.write(
        `${io.interactive ? "There is nobody to ask" : "There is no terminal to ask"}, and this is the demo: it approves itself as ${name}. A real run would wait here.\n`,
      );
      await decideAtTerminal(ports, { name, verdict: "approve", reason: null });
    } else if (io.interactive) {
      void askUntilAccepted(ports, options, AbortSignal.any([answered.signal, stop]));
    }
    return await untilDecided(ports, stop);
  } finally {
    answered.abort();
    // The trail is written in order: what was not delivered comes before what follows the decision.
    await opened.asking;
  }
}

/** The page of a run that continues after its approval. Nobody waits for it: a busy port does not hold up the rollout. */
async function showRollout(ports: Ports, options: WaitingOptions, opened: Opened): Promise<void> {
  if (options.mode === "leave" || !(await isApproved(ports))) return;
  try {
    opened.server = await openReviewServer(ports, options.port, options.channels);
  } catch (error) {
    if (!(error instanceof UnfinishedError)) throw error;
    options.io.stderr.write(`The page is not open: ${error.message}.\n`);
    return;
  }
  options.io.stderr.write(`The page of the rollout: ${opened.server.address}\n`);
}

async function askUntilAccepted(ports: Ports, { io, name }: WaitingOptions, withdrawn: AbortSignal): Promise<void> {
  while (!withdrawn.aborted) {
    const said = await ask(io, name, withdrawn);
    if (said === null) return;
    const outcome = await decideAtTerminal(ports, said);
    if (outcome?.accepted !== false) return;
    io.stdout.write(`Not accepted: ${printable(outcome.message)}.\n`);
  }
}

/** Anyone who could not be reached is named here and in the audit trail; the links above still work. */
async function askElsewhere(
  ports: Ports,
  { io, channels }: WaitingOptions,
  links: ApprovalNotice["recipients"],
): Promise<void> {
  const [model, record] = await Promise.all([reviewModelOf(ports), ports.approvals.read(ports.run)]);
  if (channels.notifier === null || model === null || record === null) return;
  const { failed } = await askApprovers(ports, channels.notifier, approvalNotice(model, record.request, links));
  for (const { person, channel, reason } of failed) {
    io.stderr.write(`Not asked: ${printable(person)} by ${channel}: ${printable(reason ?? "no reason given")}\n`);
  }
}

/** A link decides as the person it is for: the terminal, and any log of it, shows a link only to that person. */
export async function printLinks(ports: Ports, { io, channels }: WaitingOptions, server: ReviewServer): Promise<void> {
  const style = styleFor(io);
  const { address, links, viewer } = server;
  const mine = links.find(({ person }) => personOf([person], io.login) !== null);
  io.stderr.write(`\n${style.bold("Waiting for an approval.")} The page: ${address}\n`);
  if (mine) io.stderr.write(`  your link, ${printable(mine.person.id)}: ${mine.link}\n`);
  else if (viewer !== null) io.stderr.write(`  to look without deciding: ${viewer}\n`);
  const others = links.filter((one) => one !== mine).map(({ person }) => printable(person.id));
  if (others.length > 0)
    io.stderr.write(
      channels.notifier === null
        ? `  ${others.join(", ")}: as your own login, schema-gate approve ${ports.run}, or --link for the page\n`
        : `  ${others.join(", ")}: each is sent a link of their own; or as that login, schema-gate approve ${ports.run}\n`,
    );
  io.stderr.write("\n");
}
