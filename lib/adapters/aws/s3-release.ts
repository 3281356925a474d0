import { ReleasePackError, type UnpackedRelease, unpackRelease } from "./release-pack.js";
import { type S3Store, TooLargeError } from "./s3-store.js";

/** Bytes of a packed release. */
const LARGEST_PACK = 64 * 1024 * 1024;
const KEY = /^inputs\/[A-Za-z0-9][A-Za-z0-9_.\-/]{0,200}$/;

/** The release packed under a key of the bucket, whoever signed it. Throws `ReleasePackError`, also if there is no object under the key. */
export async function readPack(store: S3Store, key: string): Promise<UnpackedRelease> {
  if (!KEY.test(key) || key.split("/").includes(".."))
    throw new ReleasePackError("pack.unreadable", `${key} is not a key of a release; expected inputs/NAME`);
  const bytes = await store.bytes(key, LARGEST_PACK).catch((error: Error) => {
    throw error instanceof TooLargeError ? new ReleasePackError("pack.unreadable", error.message) : error;
  });
  if (bytes === null)
    throw new ReleasePackError(
      "pack.unreadable",
      `there is no release ${store.locate(key)}; upload one with: schema-gate run --aws`,
    );
  return unpackRelease(bytes, key);
}
