import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { recordOfRun } from "../../../adapters/local/open-run.js";
import { readOwnSync } from "../../../adapters/local/own-file.js";
import { readRunRecord } from "../../../adapters/local/run-record.js";
import { PUBLIC_KEY } from "../../../adapters/local/signing-key.js";
import { type Workspace, workspaceIn } from "../../../adapters/local/workspace.js";
import { AUDIT_FILE, type AuditEvent } from "../../../core/audit/chain.js";
import { auditFinding } from "../../../core/audit/problem.js";
import { readTrail } from "../../../core/audit/trail.js";
import type { Finding } from "../../../core/finding.js";
import type { Io } from "../../io.js";

/** What this machine keeps of a run outside its folder. */
export interface KeptElsewhere {
  /** The public key of this machine, in PEM; null if it has none. */
  readonly key: string | null;
  /** Hash of the last event that it wrote; null if it wrote none. */
  readonly head: string | null;
  readonly workspace: Workspace;
}

/** Null for a folder that is not one of this workspace's runs or adoptions, such as a copy, and for a run that another machine wrote. */
export function keptElsewhere(io: Io, folder: string): KeptElsewhere | null {
  const own = ["runs", "adoptions"].map((name) => resolve(io.cwd, ".schema-gate", name));
  if (!own.includes(resolve(dirname(folder)))) return null;
  const workspace = workspaceIn(io.cwd, io.env);
  const head = recordOfRun(workspace, basename(folder)).last(AUDIT_FILE);
  if (head === null) return null;
  const path = join(workspace.keys, PUBLIC_KEY);
  return { key: readOwnSync(path)?.toString("utf8") ?? null, head, workspace };
}

/** An older state of the folder, or another folder, ends with another event than this machine wrote last. */
export function againstRecord(events: readonly AuditEvent[], { head }: KeptElsewhere): readonly Finding[] {
  if (events.at(-1)?.hash === head) return [];
  const message =
    "The trail does not end where this machine left it: an older state, or another record, was put in its place.";
  return [auditFinding("audit.older-state", Math.max(events.length, 1), message)];
}

/** The runs before this one, each named in the trail of the next: a missing one is a warning, a rewritten one an error. */
export async function againstRunsBefore(
  events: readonly AuditEvent[],
  { workspace }: KeptElsewhere,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (let at = followed(events); at !== null && !seen.has(at.run); ) {
    seen.add(at.run);
    const folder = workspace.runFolder(at.run);
    if (!existsSync(join(folder, AUDIT_FILE))) {
      findings.push({
        ...auditFinding("audit.run-gone", 1, `The run ${at.run} before it is gone from this folder.`),
        severity: "warning",
      });
      break;
    }
    const before = readTrail((await readRunRecord(folder)).read(AUDIT_FILE) ?? new Uint8Array()).events;
    const { head, run } = at;
    if (!before.some((event) => event.hash === head)) {
      findings.push(
        auditFinding(
          "audit.run-rewritten",
          1,
          `The run ${run} before it does not hold the event that it ended with when the next one began.`,
        ),
      );
      break;
    }
    at = followed(before);
  }
  return findings;
}

function followed(events: readonly AuditEvent[]): { readonly run: string; readonly head: string } | null {
  const follows = events.find(({ action }) => action === "run.started")?.details.follows;
  const { run, head } = (follows ?? {}) as { run?: unknown; head?: unknown };
  return typeof run === "string" && typeof head === "string" && basename(run) === run ? { run, head } : null;
}
