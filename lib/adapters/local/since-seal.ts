import { join } from "node:path";
import { AUDIT_FILE, type AuditEvent } from "../../core/audit/chain.js";
import { verifyManifest } from "../../core/audit/manifest.js";
import { MANIFEST_FILE } from "../../core/audit/seal.js";
import { readTrail } from "../../core/audit/trail.js";
import type { Finding } from "../../core/finding.js";
import { digest } from "../../core/json.js";
import { keptSync, readOrNull } from "./own-file.js";
import { digestFiles } from "./run-files.js";

import type { WrittenRecord } from "./written-record.js";

/**
 * What somebody else changed, added or removed in a run's folder since its last seal; nothing for a run that was never sealed. The
 * machine's own record covers what it wrote or removed there itself since, even if it was killed before it could seal again.
 */
export async function changedSinceSeal(
  directory: string,
  events: readonly AuditEvent[],
  record: WrittenRecord | null,
): Promise<readonly Finding[]> {
  const sealing = events.findLast(({ action }) => action === "audit.sealed");
  if (sealing === undefined || (record === null && sealing !== events.at(-1))) return [];
  const manifest = await readOrNull(join(directory, MANIFEST_FILE));
  const files = await digestFiles(directory);
  const findings = verifyManifest(manifest, expected(manifest, sealing, record), files);
  const now = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  return findings.filter(({ source }) => {
    const path = source?.file ?? "";
    return path === MANIFEST_FILE || record?.holds(path, now.get(path) ?? null) !== true;
  });
}

/** The same for a run whose trail is not open. */
export async function changedInFolder(directory: string, record: WrittenRecord): Promise<readonly Finding[]> {
  const { events } = readTrail(keptSync(join(directory, AUDIT_FILE)));
  return changedSinceSeal(directory, events, record);
}

/** A process killed while sealing has left a newer list of files than the trail holds. */
function expected(manifest: string | null, sealing: AuditEvent, record: WrittenRecord | null): string | null {
  const found = manifest === null ? null : digest(manifest);
  return found !== null && record?.holds(MANIFEST_FILE, found) === true ? found : sealing.digest;
}
