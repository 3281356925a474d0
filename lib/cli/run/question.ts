import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import type { RefusalCode } from "../../core/approval/decide.js";
import { approvalDigest } from "../../core/approval/digest.js";
import type { Ports } from "../../ports/ports.js";
import { bindingSubject } from "../../steps/approval/binding.js";
import { recordDecision } from "../../steps/approval/record-decision.js";
import type { RefusedAttempt } from "../../steps/approval/refused-attempt.js";
import { artifact } from "../../steps/run/records.js";
import type { Io } from "../io.js";

const MOST_REFUSALS = 100;

export interface TerminalDecision {
  readonly name: string;
  readonly verdict: "approve" | "reject";
  readonly reason: string | null;
}

export type Decided =
  | { readonly accepted: true; readonly status: string }
  | { readonly accepted: false; readonly code: RefusalCode; readonly message: string };

/** Records what a person said at a terminal, by the same rules as every other channel; also records what the rules refused. */
export async function decideAtTerminal(
  ports: Pick<Ports, "run" | "approvals" | "artifacts" | "clock" | "policy">,
  said: TerminalDecision,
): Promise<Decided | null> {
  const record = await ports.approvals.read(ports.run);
  if (!record) return null;
  const at = ports.clock.now();
  // What the artifacts say now, not what the question says it was about.
  const digest = approvalDigest(await bindingSubject(ports));
  const nonce = randomBytes(16).toString("hex");
  const attempt = { run: ports.run, digest, channel: "terminal" as const, nonce, at, ...said };
  const outcome = await recordDecision(ports.approvals, attempt);
  if (outcome === null) return null;
  if (outcome.accepted) return { accepted: true, status: outcome.state.status };
  const { code, message } = outcome;
  const refused: RefusedAttempt = {
    name: said.name,
    channel: "terminal",
    verdict: said.verdict,
    code,
    message,
    at: new Date(at).toISOString(),
  };
  // Enough to see who tried; more would only fill the trail.
  if ((await ports.artifacts.list(artifact.refusals)).length < MOST_REFUSALS)
    await ports.artifacts.put(`${artifact.refusals}/${nonce}.json`, refused);
  return { accepted: false, code, message };
}

/** Asks until there is an answer; null if the question was withdrawn (decided elsewhere, or Ctrl-C). */
export async function ask(io: Io, name: string, withdrawn: AbortSignal): Promise<TerminalDecision | null> {
  const reader = createInterface({ input: io.stdin, output: io.stdout });
  // While a line is being read, the terminal gives Ctrl-C to the reader, which would keep it from the run.
  reader.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    for (;;) {
      const answer = await reader.question(`Approve as ${name}? [yes / no REASON] `, { signal: withdrawn });
      const [word = "", ...rest] = answer.trim().split(/\s+/);
      if (/^(y|yes)$/i.test(word)) return { name, verdict: "approve", reason: null };
      if (/^(n|no)$/i.test(word) && rest.length > 0) return { name, verdict: "reject", reason: rest.join(" ") };
      io.stdout.write("Answer `yes`, or `no` with a reason.\n");
    }
  } catch (error) {
    if ((error as Error).name === "AbortError") return null;
    throw error;
  } finally {
    reader.close();
  }
}
