import { compareFindings, type Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import { rehearsalsOf, withoutDecided } from "../probing/rehearsal.js";
import { artifact } from "./records.js";

/** Stores a gate's findings. */
export async function saveFindings(ports: Ports, gate: string, findings: readonly Finding[]): Promise<void> {
  await ports.artifacts.put(artifact.findings(gate), findings);
}

/** All findings of the gates so far, most severe first; what a rehearsal found out is no longer unknown. */
export async function allFindings(ports: Ports): Promise<readonly Finding[]> {
  const keys = await ports.artifacts.list("findings");
  const lists = await Promise.all(keys.map((key) => ports.artifacts.get<readonly Finding[]>(key)));
  const said = lists.flatMap((list) => list ?? []);
  return withoutDecided(said, await rehearsalsOf(ports)).toSorted(compareFindings);
}
