import { z } from "zod";
import type { Finding } from "../finding.js";
import { canonicalJson, digest } from "../json.js";
import { AUDIT_FILE } from "./chain.js";
import { AUDIT_FORMAT } from "./event.js";
import { auditFinding } from "./problem.js";
import { MANIFEST_FILE, SEAL_FILE } from "./seal.js";

export interface FileDigest {
  /** Relative to the run's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

const manifestSchema = z.strictObject({
  format: z.int().positive(),
  run: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().nonnegative(), sha256: z.string() })),
});

/** True for the files that the manifest does not list, because the chain and the signature cover them. */
export function coversItself(path: string): boolean {
  return path === AUDIT_FILE || path === SEAL_FILE || path === MANIFEST_FILE;
}

/** The list of a run's files as it is written: canonical JSON and a line feed. Its digest goes into the trail. */
export function manifestText(run: string, files: readonly FileDigest[]): string {
  const listed = files
    .filter((file) => !coversItself(file.path))
    .map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return `${canonicalJson({ format: AUDIT_FORMAT, run, files: listed })}\n`;
}

/** Compares the existing files with the sealed ones. `sealed` is the digest in the trail. */
export function verifyManifest(
  text: string | null,
  sealed: string | null,
  present: readonly FileDigest[],
): readonly Finding[] {
  if (text === null) return [problem(MANIFEST_FILE, "The list of the run's files is missing.", "audit.file-missing")];
  const manifest = readManifest(text);
  if (manifest === null || digest(text) !== sealed)
    return [
      problem(MANIFEST_FILE, "The list of the run's files is not the one that was sealed.", "audit.file-altered"),
    ];
  const found = new Map(present.map((file) => [file.path, file]));
  const findings: Finding[] = [];
  for (const file of manifest.files) {
    const now = found.get(file.path);
    found.delete(file.path);
    if (!now) findings.push(problem(file.path, `${file.path} is missing.`, "audit.file-missing"));
    else if (now.sha256 !== file.sha256) findings.push(problem(file.path, alteration(file, now), "audit.file-altered"));
  }
  for (const path of found.keys())
    if (!coversItself(path))
      findings.push(problem(path, `${path} was added after the run was sealed.`, "audit.file-added"));
  return findings;
}

function alteration(was: FileDigest, now: FileDigest): string {
  const size = was.bytes === now.bytes ? `still ${now.bytes} bytes` : `${was.bytes} bytes then, ${now.bytes} now`;
  return `${was.path} was changed after the run was sealed (${size}).`;
}

function readManifest(text: string): z.infer<typeof manifestSchema> | null {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function problem(file: string, message: string, code: string): Finding {
  return auditFinding(code, 0, message, undefined, file);
}
