import type { Ports } from "../../ports/ports.js";
import type { Io } from "../io.js";
import { printable, styleFor } from "../terminal/style.js";
import { type Approver, isDecided, untilDecided } from "./approver.js";
import { ask, decideAtTerminal } from "./question.js";
import { openReviewServer } from "./review-server.js";
import { printVerdict } from "./verdict.js";

export interface WaitingOptions {
  readonly io: Io;
  /** Port of the review page; 0 picks a free one. */
  readonly port: number;
  /** Who sits at this terminal. */
  readonly name: string;
  /** `wait`: until somebody decides. `leave`: say how to decide later, and end. `self`: the demo answers for itself. */
  readonly mode: "wait" | "leave" | "self";
}

/** Shows the verdict, opens the review page, and asks at the terminal too when there is one. */
export function approverFor(options: WaitingOptions): Approver {
  return { wait: (ports, stop) => waitForAnswer(ports, stop, options) };
}

async function waitForAnswer(ports: Ports, stop: AbortSignal, options: WaitingOptions): Promise<boolean> {
  const { io, mode, name } = options;
  if (await isDecided(ports)) return true;
  await printVerdict(io, ports);
  if (mode === "leave") {
    io.stderr.write(`Waiting for an approval. Decide with: schema-gate approve ${ports.run}\n`);
    io.stderr.write(`then go on with:                      schema-gate resume ${ports.run}\n`);
    return false;
  }
  const server = await openReviewServer(ports, options.port);
  const answered = new AbortController();
  try {
    printLinks(io, server.links, ports.run);
    if (mode === "self") {
      io.stderr.write(
        `There is no terminal to ask, and this is the demo: it approves itself as ${name}. A real run would wait here.\n`,
      );
      await decideAtTerminal(ports, { name, verdict: "approve", reason: null });
    } else if (io.interactive) {
      void askUntilAccepted(ports, options, AbortSignal.any([answered.signal, stop]));
    }
    return await untilDecided(ports, stop);
  } finally {
    answered.abort();
    await server.close();
  }
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

function printLinks(io: Io, links: readonly { person: string; link: string }[], run: string): void {
  const style = styleFor(io);
  io.stderr.write(`\n${style.bold("Waiting for an approval.")} Each approver has a link of their own:\n`);
  for (const { person, link } of links) io.stderr.write(`  ${printable(person)}: ${link}\n`);
  io.stderr.write(`or from another terminal: schema-gate approve ${run}\n\n`);
}
