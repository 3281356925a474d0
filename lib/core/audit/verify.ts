import type { Finding } from "../finding.js";
import { AUDIT_FILE, type AuditEvent } from "./chain.js";
import { changedUnderSeal } from "./closing-notes.js";
import { type LeafClaim, verifyLeaves } from "./leaves.js";
import { type FileDigest, verifyManifest } from "./manifest.js";
import { auditFinding } from "./problem.js";
import { checkSeal, MANIFEST_FILE, SEAL_FILE, type Seal } from "./seal.js";
import { decodeText } from "./text.js";
import { readTrail } from "./trail.js";

/** A run's folder, wherever it is. */
export interface RunRecord {
  /** Every file in it, including the trail, the manifest and the seal. */
  readonly files: readonly FileDigest[];
  /** Null when there is none. */
  read(path: string): Uint8Array | null;
}

export interface Verification {
  readonly events: readonly AuditEvent[];
  /** Tenants' records whose position in a Merkle tree was checked. */
  readonly leaves: number;
  readonly files: number;
  /** SHA-256 of the public key that sealed the run; null without a valid seal. */
  readonly keyid: string | null;
  /** True when the seal was checked against a key that the caller trusts. */
  readonly keyTrusted: boolean;
  /** Empty when the record holds. Each names the file and the line. */
  readonly findings: readonly Finding[];
}

/** Checks a run's record: chain, signature, every tenant's record and every file. Needs only the folder. */
export function verifyRun(record: RunRecord, trustedKey?: string): Verification {
  const bytes = record.read(AUDIT_FILE);
  if (bytes === null) return nothing(missing(AUDIT_FILE, "This folder holds no audit trail."));
  const trail = readTrail(bytes);
  const { seal, keyid, findings: sealed } = sealOf(record, trail.events, trustedKey);
  const claims = leafClaims(trail.events);
  return {
    events: trail.events,
    leaves: claims.reduce((sum, claim) => sum + claim.count, 0),
    files: record.files.length,
    keyid,
    keyTrusted: seal !== null && trustedKey !== undefined,
    findings: [
      ...trail.findings,
      ...sealed,
      ...changedUnderSeal(trail.events),
      ...claims.flatMap((claim) => checkLeaves(record, claim)),
      ...checkFiles(record, trail.events),
    ],
  };
}

/**
 * Which leaf files the trail covers. A phase that was repeated, because its process was killed, wrote its file again: the last event for a file
 * counts.
 */
export function leafClaims(events: readonly AuditEvent[]): readonly LeafClaim[] {
  const run = runOf(events);
  const claims = events
    .filter((event) => event.action === "tenants.recorded")
    .map((event) => ({
      event: event.seq,
      run,
      phase: event.subject.name,
      root: event.digest ?? "",
      count: Number(event.details.count),
      file: String(event.details.file),
    }));
  return [...new Map(claims.map((claim) => [claim.file, claim])).values()];
}

/** The run's id, as its first event names it. */
export function runOf(events: readonly AuditEvent[]): string {
  return events[0]?.subject.name ?? "";
}

function sealOf(
  record: RunRecord,
  events: readonly AuditEvent[],
  trustedKey: string | undefined,
): { readonly seal: Seal | null; readonly keyid: string | null; readonly findings: readonly Finding[] } {
  const bytes = record.read(SEAL_FILE);
  if (bytes === null) return { seal: null, keyid: null, findings: [unsealed(events)] };
  const checked = checkSeal(decodeText(bytes) ?? "", trustedKey);
  const { seal } = checked;
  if (seal === null) return checked;
  const last = events.at(-1);
  const fits = last?.action === "audit.sealed" && seal.head === last.hash && seal.events === events.length;
  const findings = [...checked.findings];
  if (!fits) findings.push(otherTrail(seal, events));
  if (seal.run !== runOf(events))
    findings.push(
      auditFinding(
        "audit.other-run",
        0,
        `The seal belongs to run ${seal.run}, the trail to run ${runOf(events)}.`,
        undefined,
        SEAL_FILE,
      ),
    );
  return { ...checked, findings };
}

function otherTrail(seal: Seal, events: readonly AuditEvent[]): Finding {
  const message =
    seal.events > events.length
      ? `The seal was put on ${seal.events} events; the trail holds ${events.length}: the last ones are missing.`
      : events.length > seal.events
        ? `The seal was put on ${seal.events} events; the trail holds ${events.length}: the last ones are not covered.`
        : `The seal was put on another event ${seal.events - 1} than the trail's last.`;
  return auditFinding("audit.seal-other-trail", events.length, message);
}

function unsealed(events: readonly AuditEvent[]): Finding {
  const last = events.at(-1);
  const finding = auditFinding(
    "audit.unsealed",
    0,
    `The run is not sealed: it has not finished, or the seal was removed. Its last event is ${last ? `${last.seq} (${last.action}, ${last.at})` : "unreadable"}.`,
    "Finish the run; what it recorded so far can be changed at its end without a trace.",
    SEAL_FILE,
  );
  return { ...finding, unknown: true };
}

function checkLeaves(record: RunRecord, claim: LeafClaim): readonly Finding[] {
  const bytes = record.read(claim.file);
  if (bytes === null) return [missing(claim.file, `The tenants' records of phase ${claim.phase} are missing.`)];
  // A byte that is not UTF-8 becomes U+FFFD, so the line's hash fails and its place is known.
  return verifyLeaves(Buffer.from(bytes).toString("utf8"), claim);
}

function checkFiles(record: RunRecord, events: readonly AuditEvent[]): readonly Finding[] {
  const sealing = events.findLast((event) => event.action === "audit.sealed");
  if (!sealing) return [];
  const manifest = record.read(MANIFEST_FILE);
  return verifyManifest(manifest && (decodeText(manifest) ?? ""), sealing.digest, record.files);
}

function missing(file: string, message: string): Finding {
  return auditFinding("audit.file-missing", 0, message, undefined, file);
}

function nothing(finding: Finding): Verification {
  return { events: [], leaves: 0, files: 0, keyid: null, keyTrusted: false, findings: [finding] };
}
