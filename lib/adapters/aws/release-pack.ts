import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { keyId } from "../../core/audit/seal.js";
import { configSchema } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import type { ReleaseFile } from "../../core/migration/source-file.js";
import { type PackSignature, packMessage, packSignatureSchema } from "../../core/policy/signer.js";
import { workloadSchema } from "../../core/workload/workload.js";
import type { Signer } from "../../ports/signer.js";

const FORMAT = 2;
/** Bytes of an unpacked pack. */
const LARGEST = 256 * 1024 * 1024;

/** What is uploaded: the pack as it was signed, and who signed it. */
const envelopeSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** JSON of the pack. */
  body: z.string(),
  signatures: z.array(packSignatureSchema),
});

const packSchema = z.strictObject({
  /** Whose change it is, according to the packing pipeline; empty if nothing knows. */
  authors: z.array(z.string().min(1)),
  /** The login that packed it. */
  startedBy: z.string().min(1).optional(),
  mode: z.enum(["run", "check"]),
  /** Read every catalog, even of tenants that did not change since the last run. */
  fresh: z.boolean().optional(),
  toolVersion: z.string(),
  config: configSchema,
  /** What the config names on the packing machine. */
  workload: workloadSchema.optional(),
  files: z.array(z.strictObject({ path: z.string().min(1), base64: z.base64() })),
});

/** A release with its config, as one object of the bucket, `inputs/KEY`. Holds references to secrets, never secrets. */
export interface ReleasePack extends Omit<z.infer<typeof packSchema>, "files"> {
  readonly files: readonly ReleaseFile[];
}

export type PackProblem =
  | "pack.unreadable"
  | "pack.version"
  | "pack.unsigned"
  | "pack.unknown-signer"
  | "pack.forged"
  | "pack.no-author";

/** What was given as a release is not one that may run. The message names the key. */
export class ReleasePackError extends Error {
  override readonly name = "ReleasePackError";

  constructor(
    readonly code: PackProblem,
    message: string,
  ) {
    super(message);
  }
}

export interface PackedRelease {
  readonly bytes: Uint8Array;
  /** Over what was signed and by whom: the same release from the same signer has the same digest. */
  readonly digest: string;
}

/** Signed JSON, compressed. */
export async function packRelease(
  pack: ReleasePack,
  signer: Pick<Signer, "publicKey" | "sign">,
): Promise<PackedRelease> {
  const { files, ...rest } = pack;
  const packed = files.map(({ path, bytes }) => ({ path, base64: Buffer.from(bytes).toString("base64") }));
  const body = JSON.stringify({ ...rest, files: packed });
  const keyid = keyId(signer.publicKey);
  const signature = Buffer.from(await signer.sign(packMessage(body))).toString("base64");
  const envelope = { format: FORMAT, body, signatures: [{ keyid, signature }] };
  return { bytes: await promisify(gzip)(JSON.stringify(envelope)), digest: digest([keyid, body]) };
}

export interface UnpackedRelease {
  readonly pack: ReleasePack;
  /** As they were signed. */
  readonly body: string;
  readonly signatures: readonly PackSignature[];
}

/** Throws `ReleasePackError`. `key` is only for the message. Does not check who signed it. */
export async function unpackRelease(bytes: Uint8Array, key: string): Promise<UnpackedRelease> {
  const value = await unpacked(bytes, key);
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === "number" && format !== FORMAT)
    throw new ReleasePackError(
      "pack.version",
      `the release ${key} has format ${format}, but the stack reads format ${FORMAT}: pack it with the version of schema-gate that the stack has`,
    );
  const { body, signatures } = parsed(envelopeSchema, value, key);
  const { files, ...rest } = parsed(packSchema, jsonOf(body, key), key);
  const read = files.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, "base64") }));
  return { pack: { ...rest, files: read }, body, signatures };
}

async function unpacked(bytes: Uint8Array, key: string): Promise<unknown> {
  try {
    return JSON.parse((await promisify(gunzip)(bytes, { maxOutputLength: LARGEST })).toString("utf8"));
  } catch (error) {
    throw unreadable(`the release ${key} cannot be unpacked: ${(error as Error).message}`);
  }
}

function jsonOf(body: string, key: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable(`the release ${key} is not JSON`);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, key: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw unreadable(
    `the release ${key} is not one that this version packed: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

function unreadable(message: string): ReleasePackError {
  return new ReleasePackError("pack.unreadable", message);
}
