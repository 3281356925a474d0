import { createHash, randomBytes } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import { type FileHandle, open, readdir, rename, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Artifacts } from "../../ports/artifacts.js";
import { TamperedError } from "../../ports/tampered.js";
import { readOrNull, refuseFolder } from "./own-file.js";
import { type Access, makeFolder, PRIVATE } from "./private-files.js";
import { claimName } from "./whole-file.js";
import type { WrittenRecord } from "./written-record.js";

/** Creates the folder if it is missing, which happens once. Nothing is written into a folder that a link leads to. */
async function opened(directory: string, path: string, access: Access): Promise<FileHandle> {
  for (let folder = dirname(path); folder.startsWith(directory); folder = dirname(folder)) {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat !== undefined) refuseFolder(folder, stat);
  }
  try {
    return await open(path, "wx", access.file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    makeFolder(dirname(path), access);
    return open(path, "wx", access.file);
  }
}

export interface ArtifactsFolderOptions {
  readonly access?: Access;
  /** What the artifacts are checked against; absent: they are read unchecked. */
  readonly record?: WrittenRecord;
  /** For anything that is not as it was written: `refuse` throws `TamperedError`, `forget` reads it as nothing. */
  readonly otherwise?: "refuse" | "forget";
}

/**
 * Artifacts as files of one folder. A file is written next to its place and then moved there, so a reader never sees half of one. With a
 * record, anything changed, restored, added or removed since it was written is not trusted.
 */
export function artifactsFolder(directory: string, options: ArtifactsFolderOptions = {}): Artifacts {
  const { access = PRIVATE, record, otherwise = "refuse" } = options;
  const place = (key: string) => {
    const path = join(directory, key);
    if (path !== directory && !path.startsWith(directory + sep))
      throw new RangeError(`the artifact key ${key} leaves its folder`);
    return path;
  };
  const writeDraft = async (path: string, text: string) => {
    const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
    const file = await opened(directory, temporary, access);
    try {
      if (access !== PRIVATE) await file.chmod(access.file);
      await file.writeFile(text);
    } catch (error) {
      await file.close();
      await unlink(temporary).catch(() => {});
      throw new Error(`${path} could not be written: ${(error as Error).message}`, { cause: error });
    }
    await file.close();
    return temporary;
  };
  const putText = async (key: string, text: string) => {
    const path = place(key);
    const draft = await writeDraft(path, text);
    const sha256 = record ? hashOf(text) : "";
    record?.begin(key, sha256);
    await rename(draft, path);
    record?.end(key, sha256);
  };
  const there = (path: string) =>
    readOrNull(path).catch((error: Error) => {
      if (otherwise === "forget" && error instanceof TamperedError) return null;
      throw error;
    });
  const getText = async (key: string) => {
    if (!record) return readOrNull(place(key));
    for (;;) {
      const before = record.revision(key);
      const text = await there(place(key));
      if (record.holds(key, text === null ? null : hashOf(text))) return text;
      // Somebody wrote it while it was being read, so the text that was read means nothing.
      if (record.revision(key) !== before) continue;
      if (otherwise === "forget") return null;
      throw changed(place(key), text, record.last(key));
    }
  };
  return {
    putText,
    getText,
    put: (key, value) => putText(key, `${JSON.stringify(value)}\n`),
    async get<T>(key: string) {
      const text = await getText(key);
      return text === null ? null : (JSON.parse(text) as T);
    },
    has: async (key) => (record && otherwise === "refuse" ? (await getText(key)) !== null : existsSync(place(key))),
    async create(key, value) {
      const path = place(key);
      const text = `${JSON.stringify(value)}\n`;
      const draft = await writeDraft(path, text);
      const sha256 = record ? hashOf(text) : "";
      record?.begin(key, sha256);
      const made = claimName(draft, path);
      if (made) record?.end(key, sha256);
      else record?.cancel(key, sha256);
      return made;
    },
    async list(prefix) {
      // Asked first: a file written while the folder is read may be missing from the listing.
      const expected = record && otherwise === "refuse" ? record.keysBelow(prefix) : [];
      const keys = await filesBelow(directory, place(prefix));
      const there = new Set(keys);
      const gone = expected.find((key) => !there.has(key) && record?.holds(key, null) === false);
      if (gone !== undefined) throw changed(place(gone), null, record?.last(gone) ?? null);
      return keys;
    },
    locate: place,
  };
}

async function filesBelow(directory: string, path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"))
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function changed(path: string, text: string | null, last: string | null): TamperedError {
  const what =
    text === null
      ? "was removed after the gate wrote it"
      : last === null
        ? "was not written by this gate, or its record is on another machine"
        : "is not what the gate wrote there";
  return new TamperedError(`${path} ${what}, so the run cannot continue from it; start a new run`);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
