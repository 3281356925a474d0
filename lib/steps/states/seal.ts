import { z } from "zod";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly head: string;
}

/** Closes the audit trail: digests of everything the run wrote, and a signature. Nothing is written after it. */
export const seal: Step<z.infer<typeof input>, Output> = {
  name: "seal",
  input,
  settled: () => false,
  writesRecord: false,
  async run(ports) {
    await ports.audit.close(ports.signer);
    const last = (await ports.audit.events()).at(-1);
    return { head: last?.hash ?? "" };
  },
};
