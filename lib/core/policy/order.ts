import { createHash } from "node:crypto";
import { z } from "zod";
import { packSignatureSchema } from "./signer.js";

/** What somebody wants done with a run that has ended, as it is signed. Tied to the end that it follows, so that it is done once. */
export const orderBodySchema = z.strictObject({
  format: z.literal(1),
  kind: z.enum(["rollback", "resume"]),
  run: z.string().min(1),
  /** Hash of the last event of the run's trail. */
  after: z.string().regex(/^[0-9a-f]{64}$/),
  /** Ids of the tenants that are to be taken back; null: all that have the release. */
  tenants: z.array(z.string().min(1)).min(1).nullable(),
  /** Whose order it is, as the pipeline says that signs; nobody where nothing knows. */
  authors: z.array(z.string().min(1)),
  /** The login that signed it. */
  startedBy: z.string().min(1).optional(),
});

export type OrderBody = z.infer<typeof orderBodySchema>;

/** Stands in the place of a release in the input of an execution that is given an order. No key of a release is so. */
export const ORDER = "order";

/** A signed order, as part of the input of an execution. */
export const signedOrderSchema = z.strictObject({
  /** JSON of the order. */
  body: z.string(),
  signatures: z.array(packSignatureSchema),
});

export type SignedOrder = z.infer<typeof signedOrderSchema>;

/** The bytes to sign. No signature of a pack is one of an order. */
export function orderMessage(body: string): Uint8Array {
  return Buffer.from(`schema-gate order v1\n${createHash("sha256").update(body, "utf8").digest("hex")}\n`, "utf8");
}
