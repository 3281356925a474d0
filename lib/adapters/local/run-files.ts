import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FileDigest } from "../../core/audit/manifest.js";
import { openOwnSync } from "./own-file.js";

/**
 * Every file below a run's folder with its digest, sorted by path. Anything that is neither file nor folder is listed with an empty digest,
 * which no sealed file has.
 */
export async function digestFiles(directory: string): Promise<readonly FileDigest[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files: FileDigest[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const full = join(entry.parentPath, entry.name);
    const path = relative(directory, full).split(sep).join("/");
    files.push(entry.isFile() ? { path, ...(await digestFile(full)) } : { path, bytes: 0, sha256: "" });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const fd = openOwnSync(path);
  if (fd === null) return { bytes: 0, sha256: "" };
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(path, { fd }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash.update(chunk);
    }
  });
  return { bytes, sha256: hash.digest("hex") };
}
