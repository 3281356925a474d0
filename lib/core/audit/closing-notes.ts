import { digest } from "../json.js";
import type { AuditInput } from "./event.js";
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

/** The first event behind a seal, which it keeps; empty when the seal is gone. */
export function reopenedNote(run: string, seal: string): Note {
  return {
    actor: "schema-gate",
    action: "audit.reopened",
    subject: { kind: "run", name: run },
    digest: seal === "" ? null : digest(seal),
    details: { seal },
  };
}
