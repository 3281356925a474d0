import type { Finding } from "../../core/finding.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { TamperedError } from "../../ports/tampered.js";

/** Names of the findings that each phase before the score leaves. What blocks is among them. */
const FINDINGS_OF = {
  Load: /^findings\/load(-policy)?\.json$/,
  Introspect: /^findings\/introspect-/,
  Diverge: /^findings\/(diverge|staging|staging-made)\.json$/,
  Probe: /^findings\/probe-Probe-/,
  Lint: /^findings\/lint\.json$/,
  DryRun: /^findings\/(dry-run-|queries-(?!wave-))/,
  Rehearse: /^findings\/probe-Rehearse-/,
} as const satisfies Readonly<Record<string, RegExp>>;

type Recording = Pick<Ports, "run" | "artifacts" | "audit">;

/**
 * Notes in the trail what a phase has found, once it is at its end: from then on nobody adds, changes or removes any of it unseen. `next`:
 * what is about to be written, by its key.
 */
export async function recordFindings(
  ports: Recording,
  phase: keyof typeof FINDINGS_OF,
  next: ReadonlyMap<string, readonly Finding[]> = new Map(),
): Promise<void> {
  const { count, digest } = await found(ports, FINDINGS_OF[phase], next);
  await ports.audit.append({
    actor: "schema-gate",
    action: "findings.recorded",
    subject: { kind: "phase", name: phase },
    digest,
    details: { count },
  });
}

/** Throws `TamperedError` when what a phase has found is not what the trail says: a finding that is gone would let pass what it blocked. */
export async function refuseOtherFindings(ports: Recording): Promise<void> {
  const events = await ports.audit.events();
  for (const [phase, pattern] of Object.entries(FINDINGS_OF)) {
    const noted = events.filter(({ action, subject }) => action === "findings.recorded" && subject.name === phase);
    // Nothing is noted of a phase that the release did not need. An earlier note is of a phase that ended with an error, or of what a killed
    // process was about to replace.
    if (noted.length === 0) continue;
    const { digest } = await found(ports, pattern);
    if (noted.some((note) => note.digest === digest)) continue;
    throw new TamperedError(
      `the findings of the phase ${phase} of the run ${ports.run} were changed or removed since they were recorded; find out who wrote there, then start a new run`,
    );
  }
}

async function found(
  { artifacts }: Recording,
  pattern: RegExp,
  next: ReadonlyMap<string, readonly Finding[]> = new Map(),
): Promise<{ count: number; digest: string }> {
  const keys = (await artifacts.list("findings")).filter((key) => pattern.test(key));
  const lists = await Promise.all(keys.map((key) => next.get(key) ?? artifacts.get<readonly Finding[]>(key)));
  return {
    count: lists.reduce((sum, list) => sum + (list?.length ?? 0), 0),
    digest: digest(keys.map((key, index) => [key, lists[index] ?? null])),
  };
}
