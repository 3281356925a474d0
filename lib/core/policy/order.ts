import { createHash } from "node:crypto";
import { z } from "zod";
import { packSignatureSchema } from "./signer.js";

/** What somebody wants done with a run that has ended, in the form that is signed. Tied to the end that it follows, so that it is done once. */
export const orderBodySchema = z.strictObject({
  format: z.literal(1),
  kind: z.enum(["rollback", "resume"]),
  run: z.string().min(1),
  /** Hash of the last event of the run's trail. */
  after: z.string().regex(/^[0-9a-f]{64}$/),
  /** Ids of the tenants to take back; null: all that have the release. */
  tenants: z.array(z.string().min(1)).min(1).nullable(),
  /** Whose order it is, according to the pipeline that signs; empty where nothing knows. */
  authors: z.array(z.string().min(1)),
  /** The login that signed it. */
  startedBy: z.string().min(1).optional(),
});

export type OrderBody = z.infer<typeof orderBodySchema>;

/** Used instead of a release in the input of an execution that gets an order. No release has such a key. */
export const ORDER = "order";

/** A signed order, as part of an execution's input. */
export const signedOrderSchema = z.strictObject({
  /** JSON of the order. */
  body: z.string(),
  signatures: z.array(packSignatureSchema),
});

export type SignedOrder = z.infer<typeof signedOrderSchema>;

/** The bytes to sign. A pack's signature never fits an order. */
export function orderMessage(body: string): Uint8Array {
  return Buffer.from(`schema-gate order v1\n${createHash("sha256").update(body, "utf8").digest("hex")}\n`, "utf8");
}
