import type { Finding } from "../finding.js";
import { digest } from "../json.js";
import type { AuditEvent, AuditInput } from "./event.js";
import { auditFinding } from "./problem.js";
import { MANIFEST_FILE } from "./seal.js";

type Note = Omit<AuditInput, "at">;

/** The last event of a trail: the manifest of the run's files. */
export function sealedNote(run: string, manifest: string): Note {
  return {
    actor: "schema-gate",
    action: "audit.sealed",
    subject: { kind: "run", name: run },
    digest: digest(manifest),
    details: { manifest: MANIFEST_FILE },
  };
}

/** How many items an event lists by name; beyond that, it gives their number. */
const MOST_NAMED = 50;

/** The first event after a seal, which it keeps (empty when it is gone), with what was changed under that seal. */
export function reopenedNote(run: string, seal: string, changed: readonly Finding[] = []): Note {
  const named = changed.slice(0, MOST_NAMED).map(({ code, source }) => ({ file: source?.file ?? "", code }));
  return {
    actor: "schema-gate",
    action: "audit.reopened",
    subject: { kind: "run", name: run },
    digest: seal === "" ? null : digest(seal),
    details: { seal, ...(changed.length === 0 ? {} : { changed: named, count: changed.length }) },
  };
}

const WORDS: Readonly<Record<string, string>> = {
  "audit.file-missing": "was missing",
  "audit.file-added": "had been added",
};

/** What was changed under an earlier seal: the later seal covers the change, and so cannot vouch for it. */
export function changedUnderSeal(events: readonly AuditEvent[]): readonly Finding[] {
  return events.flatMap((event) => {
    const { changed, count } = event.details;
    if (event.action !== "audit.reopened" || !Array.isArray(changed)) return [];
    const at = (message: string) => auditFinding("audit.changed-under-seal", event.seq + 1, message);
    const findings = changed.map((one) => {
      const { file, code } = one as { file?: unknown; code?: unknown };
      return at(
        `${file} ${WORDS[String(code)] ?? "had been changed"} when the run went on after a seal (${event.at}).`,
      );
    });
    const more = Number(count) - changed.length;
    return more > 0 ? [...findings, at(`So had ${more} more files.`)] : findings;
  });
}
