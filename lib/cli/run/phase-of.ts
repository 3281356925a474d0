import type { Artifacts } from "../../ports/artifacts.js";
import { artifact } from "../../steps/run/records.js";

/** What a run is working on, as far as its artifacts show. */
export interface Phase {
  readonly title: string;
  readonly done: number;
  /** 0 if it cannot be counted. */
  readonly total: number;
}

/** How far the run is, from what its steps have written. */
export async function phaseOf(artifacts: Artifacts): Promise<Phase> {
  const count = async (prefix: string) => (await artifacts.list(prefix)).length;
  const fleet = await artifacts.get<readonly unknown[]>(artifact.fleet);
  if (fleet === null) return { title: "Load", done: 0, total: 0 };
  const batches = (await artifacts.list("batches")).filter((key) => key.startsWith("batches/all")).length;
  const share = async (phase: string) =>
    Math.min(fleet.length, Math.round((fleet.length * (await count(artifact.results(phase)))) / Math.max(1, batches)));
  const read = await share("Introspect");
  if (read < fleet.length) return { title: "Introspect", done: read, total: fleet.length };
  const probed = await share("Probe");
  if (probed < fleet.length) return { title: "Probe rows", done: probed, total: fleet.length };
  if ((await artifacts.getText(artifact.score)) === null) return { title: "Lint, plan, dry run", done: 0, total: 0 };
  if ((await artifacts.getText(artifact.waves)) === null) return { title: "Approval", done: 0, total: 0 };
  return { title: "Roll out", done: await count("tenants"), total: fleet.length };
}
