import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { configSchema } from "../../core/config/config.js";
import type { ReleaseFile } from "../../core/migration/source-file.js";
import { workloadSchema } from "../../core/workload/workload.js";

const FORMAT = 1;
/** Bytes of a pack after it was unpacked. */
const LARGEST = 256 * 1024 * 1024;

const packSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** Who asks, as the packing side knows it. */
  requester: z.string().min(1),
  startedBy: z.string().min(1).optional(),
  mode: z.enum(["run", "check"]),
  /** Every catalog is read, also of tenants that did not change since the last run. */
  fresh: z.boolean().optional(),
  toolVersion: z.string(),
  config: configSchema,
  /** What the config names on the packing machine. */
  workload: workloadSchema.optional(),
  files: z.array(z.strictObject({ path: z.string().min(1), base64: z.base64() })),
});

/** A release with its config, as one object of the bucket, `inputs/KEY`. Holds references to secrets, never secrets. */
export interface ReleasePack extends Omit<z.infer<typeof packSchema>, "format" | "files"> {
  readonly files: readonly ReleaseFile[];
}

/** What was given as a release is none. The message names the key. */
export class ReleasePackError extends Error {
  override readonly name = "ReleasePackError";
}

/** JSON, compressed. The same release gives the same bytes. */
export async function packRelease(pack: ReleasePack): Promise<Uint8Array> {
  const { files, ...rest } = pack;
  const packed = files.map(({ path, bytes }) => ({ path, base64: Buffer.from(bytes).toString("base64") }));
  return promisify(gzip)(JSON.stringify({ format: FORMAT, ...rest, files: packed }));
}

/** Throws `ReleasePackError`. `key` is for the message alone. */
export async function unpackRelease(bytes: Uint8Array, key: string): Promise<ReleasePack> {
  let value: unknown;
  try {
    value = JSON.parse((await promisify(gunzip)(bytes, { maxOutputLength: LARGEST })).toString("utf8"));
  } catch (error) {
    throw new ReleasePackError(`the release ${key} cannot be unpacked: ${(error as Error).message}`);
  }
  const parsed = packSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ReleasePackError(
      `the release ${key} is not one that this version packed: ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }
  const { files, format: _, ...rest } = parsed.data;
  return { ...rest, files: files.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, "base64") })) };
}
