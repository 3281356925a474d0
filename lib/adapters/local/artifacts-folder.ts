import { existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Artifacts } from "../../ports/artifacts.js";
import { claimName, readOrNull } from "./whole-file.js";

let serial = 0;

/** Makes the folder when it is missing, which it is once. */
async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, "w", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, "w", 0o600);
  }
}

/** Artifacts as files of one folder. A file is written beside its place and moved there, so a reader never sees half of one. */
export function artifactsFolder(directory: string): Artifacts {
  const place = (key: string) => {
    const path = join(directory, key);
    if (path !== directory && !path.startsWith(directory + sep))
      throw new RangeError(`the artifact key ${key} leaves its folder`);
    return path;
  };
  const beside = async (path: string, text: string) => {
    const temporary = `${path}.${process.pid}.${serial++}.tmp`;
    const file = await opened(temporary);
    try {
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
    await rename(await beside(path, text), path);
  };
  const getText = async (key: string) => readOrNull(place(key));
  return {
    putText,
    getText,
    put: (key, value) => putText(key, `${JSON.stringify(value)}\n`),
    async get<T>(key: string) {
      const text = await getText(key);
      return text === null ? null : (JSON.parse(text) as T);
    },
    has: async (key) => existsSync(place(key)),
    async create(key, value) {
      const path = place(key);
      return claimName(await beside(path, `${JSON.stringify(value)}\n`), path);
    },
    async list(prefix) {
      try {
        const entries = await readdir(place(prefix), { withFileTypes: true, recursive: true });
        return entries
          .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"))
          .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
          .sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
    },
    locate: place,
  };
}
