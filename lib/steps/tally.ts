import { z } from "zod";
import type { Finding, Gate } from "../core/finding.js";
import { groupBy } from "../core/group-by.js";
import type { Ports } from "../ports/ports.js";
import { saveFindings } from "./findings.js";
import { recordTenants } from "./record-tenants.js";
import { artifact, type Batch, type BatchResult, resultsOf } from "./records.js";
import type { Step } from "./step.js";

const answer = z.looseObject({
  ok: z.boolean().optional(),
  batch: z.string().optional(),
  scope: z.string().optional(),
  cluster: z.string().optional(),
});

const input = z.object({
  run: z.string(),
  phase: z.enum(["Introspect", "Probe", "DryRun", "Migrate", "RollBack"]),
  scope: z.string(),
  expected: z.array(z.looseObject({ id: z.string() })),
  results: z.array(answer.nullable()),
});

interface Output {
  readonly ok: boolean;
  readonly scope: string;
}

const GATES: Readonly<Record<z.infer<typeof input>["phase"], Gate>> = {
  Introspect: "introspect",
  Probe: "probe",
  DryRun: "dry-run",
  Migrate: "rollout",
  RollBack: "rollout",
};

/**
 * Counts the answers of a Map against what was expected, by name. A child that vanished, answered twice, or answered for
 * another is unknown, and unknown blocks.
 */
export const tally: Step<z.infer<typeof input>, Output> = {
  name: "tally",
  input,
  settled: (output) => output.ok,
  async run(ports, { phase, scope, expected, results }) {
    const answered = results.map((result) => result?.batch ?? result?.scope ?? result?.cluster ?? "");
    const good = new Set(results.flatMap((result, index) => (result?.ok === true ? [answered[index] ?? ""] : [])));
    const missing = expected.filter(({ id }) => !answered.includes(id));
    const complete = missing.length === 0 && results.length === expected.length;
    const findings = await lost(ports, phase, scope, expected, answered);
    await saveFindings(
      ports,
      `${GATES[phase]}-${phase}-${expected[0]?.id.replaceAll(/[^A-Za-z0-9]/g, "-") ?? scope}`,
      findings,
    );
    if (scope === "fleet" && phase !== "DryRun") await recordTenants(ports, phase);
    const text = phase === "DryRun" ? `${good.size} of ${expected.length} proved` : await summary(ports, phase);
    if (scope === "fleet") ports.events.emit({ type: "result", phase, text });
    return { ok: complete && expected.every(({ id }) => good.has(id)), scope };
  },
};

/** How many tenants there were of each status: `245 pass, 2 hit`. */
async function summary(ports: Ports, phase: z.infer<typeof input>["phase"]): Promise<string> {
  const records = (await resultsOf<{ status: string }>(ports, phase)).flatMap((result) => result.records);
  const statuses = groupBy(records, (record) => record.status);
  return [...statuses].map(([status, members]) => `${members.length} ${status}`).join(", ");
}

/** What the batches said, and a finding for each that said nothing at all. */
async function lost(
  ports: Ports,
  phase: z.infer<typeof input>["phase"],
  scope: string,
  expected: readonly { readonly id: string }[],
  answered: readonly string[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of expected) {
    if (scope !== "fleet") {
      const result = await ports.artifacts.get<BatchResult<unknown>>(artifact.result(phase, id));
      findings.push(...(result?.findings ?? []));
      if (result !== null && answered.includes(id)) continue;
      const batch = await ports.artifacts.get<Batch>(artifact.batch(id));
      const tenants = batch?.tenants.map((tenant) => tenant.id) ?? [];
      findings.push(vanished(phase, "batch", id, tenants));
    } else if (!answered.includes(id)) {
      findings.push(vanished(phase, phase === "DryRun" ? "cluster" : "host", id, []));
    }
  }
  return findings;
}

function vanished(
  phase: z.infer<typeof input>["phase"],
  kind: string,
  name: string,
  tenants: readonly string[],
): Finding {
  return {
    code: `${GATES[phase]}.lost`,
    gate: GATES[phase],
    severity: "error",
    unknown: true,
    subject: { kind, name },
    message: `The ${kind} ${name} gave no answer in the phase ${phase}; what it would have found is unknown.`,
    remedy: { text: "Resume the run; finished tenants are not repeated.", command: "schema-gate resume RUN" },
    ...(tenants.length > 0 ? { tenants } : {}),
  };
}
