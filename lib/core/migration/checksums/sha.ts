import { createHash } from "node:crypto";

export function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** sqlx stores this, over the file's bytes. */
export function sha384(data: Uint8Array): string {
  return createHash("sha384").update(data).digest("hex");
}
