import { link, readFile, unlink } from "node:fs/promises";

/**
 * Gives a finished draft its name, unless the name is taken: then false. Either way the draft is gone. A hard link fails
 * when there is one, which decides a race between two writers.
 */
export async function claimName(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/** Null when there is no such file. */
export async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
