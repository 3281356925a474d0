import { z } from "zod";
import { digest } from "../../core/json.js";
import { saveFindings } from "../run/findings.js";
import { artifact } from "../run/records.js";
import type { Step } from "../run/step.js";
import { storedRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string(), error: z.string(), cause: z.unknown() });

interface Output {
  readonly outcome: "failed";
}

const RESUME = { text: "Remove the cause, then continue from where it stopped." } as const;
/** On AWS a recorded failure has ended its execution: what had not begun its rollout starts again. */
const NEW_RUN = {
  text: "Remove the cause, then start a new run of the same release; tenants that have it are not touched again.",
  command: "schema-gate run --aws",
} as const;

/** What could not be finished is recorded as a finding that blocks, so that the report says what happened. */
export const recordFailure: Step<z.infer<typeof input>, Output> = {
  name: "record-failure",
  input,
  settled: () => false,
  async run(ports, { error, cause }) {
    const text = messageOf(cause);
    const request = await storedRequest(ports.artifacts);
    const again = request?.engine === "aws" && !(await ports.artifacts.has(artifact.waves));
    await saveFindings(ports, "failure", [
      {
        code: "run.failed",
        gate: "report",
        severity: "error",
        unknown: true,
        subject: { kind: "run", name: ports.run },
        message: `The run could not be finished${error === "Error" ? "" : ` (${error})`}: ${text}`,
        remedy: again ? NEW_RUN : { ...RESUME, command: `schema-gate resume ${ports.run}` },
      },
    ]);
    await ports.audit.append({
      actor: "schema-gate",
      action: "step.failed",
      subject: { kind: "run", name: ports.run },
      digest: digest(text),
      details: { error, cause: text },
    });
    return { outcome: "failed" };
  },
};

/** Lambda passes the cause as a JSON text with `errorMessage`; the local engine as the message itself. */
function messageOf(cause: unknown): string {
  const text = typeof cause === "string" ? cause : JSON.stringify(cause);
  try {
    const parsed: unknown = JSON.parse(text);
    const message = (parsed as { errorMessage?: unknown } | null)?.errorMessage;
    return typeof message === "string" ? message : text;
  } catch {
    return text;
  }
}
