import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { mapLimited } from "./map-limited.js";
import { type S3Store, StoreError } from "./s3-store.js";

const READERS = 32;

/** Copies the folder of a run from the bucket, so that `report`, `audit` and `status` work on it here. Returns the number of files. */
export async function downloadRun(store: S3Store, run: string, directory: string): Promise<number> {
  const prefix = `runs/${run}/`;
  const keys = await store.list(prefix);
  await mapLimited(READERS, keys, async (key) => {
    const path = join(directory, key.slice(prefix.length));
    if (relative(directory, path).split(sep).includes(".."))
      throw new StoreError(`${store.locate(key)} leads out of the folder of its run`);
    const bytes = await store.bytes(key);
    if (bytes === null) throw new StoreError(`${store.locate(key)} was deleted while it was copied`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  });
  return keys.length;
}
