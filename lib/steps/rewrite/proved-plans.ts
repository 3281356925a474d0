import type { Catalog } from "../../core/catalog/catalog.js";
import type { RewriteEvidence } from "../../core/evidence/rewrite-evidence.js";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { shellWord } from "../../core/render/shell-word.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { ProveOnClone } from "../proof/input.js";
import { artifact, type ClusterRecord, need } from "../run/records.js";
import { rewriteBlocked } from "./blocked-hazards.js";

/** After a longer dry run, plans would hold up the answer: each takes several times as long. */
const LONGEST_DRY_RUN_MS = 60_000;

/** Ways around the hazards that block, proved on clones of the tenant of the largest cluster with pending migrations; none elsewhere. */
export async function provedPlans(
  ports: Ports,
  cluster: ClusterRecord,
  input: ProveOnClone,
  catalog: Catalog,
  dryRunMs: number,
): Promise<readonly RewriteEvidence[]> {
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const first = clusters.find(({ pending }) => pending.length > 0);
  if (first?.id !== cluster.id || dryRunMs > LONGEST_DRY_RUN_MS) return [];
  try {
    return await rewriteBlocked(input, catalog, new Date(ports.clock.now()).toISOString().slice(0, 10));
  } catch (error) {
    // The release was proved without them, and is blocked for its hazard.
    if (ports.stop.aborted || !(error instanceof DatabaseError)) throw error;
    return [];
  }
}

/** `folder`: goes before the file's path. */
export function offer({ migration, file, original, steps }: RewriteEvidence, folder: string): Finding {
  const most = (key: "writersMs" | "readersMs") => Math.max(0, ...steps.map(({ hold }) => hold[key]));
  const path = `${folder.replace(/\/+$/, "")}/${file}`;
  return {
    code: "rewrite.proved",
    gate: "dry-run",
    severity: "note",
    subject: { kind: "migration", name: migration },
    message: `As ${plural(steps.length, "step")}, ${file} ends with the same schema and rows on clones. As it is, writers of one table wait ${shown(original.writersMs)} there and readers ${shown(original.readersMs)}; in steps, at most ${shown(most("writersMs"))} and ${shown(most("readersMs"))}.`,
    remedy: { text: "Put the steps in its place.", command: `schema-gate rewrite ${shellWord(path)} --write` },
  };
}

function shown(ms: number): string {
  return `${Math.ceil(ms)} ms`;
}
