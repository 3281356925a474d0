import { z } from "zod";
import { personSchema } from "../config/person-schema.js";
import { thresholdsSchema } from "../risk/thresholds.js";
import { signerSchema } from "./signer.js";

const origin = z.string().regex(/^https?:\/\/[^/?#@]+$/, "expected an origin without a path");

/**
 * What the stack demands of every release, whatever its pack says: who may approve, how many of them, from which risk on, which secrets a pack may
 * name, and where the page is reached.
 */
export const stackPolicySchema = z.strictObject({
  /** Nobody else approves. */
  approvers: z.array(personSchema),
  /** Approvals needed from `thresholds.quorum` on, at least. */
  quorum: z.int().min(1).default(2),
  /** Limits that a pack may lower but never raise. */
  thresholds: thresholdsSchema.prefault({}),
  /** Who may submit releases; a pack signed by none of them is refused. */
  signers: z.array(signerSchema),
  /** Names and ARNs of the secrets through which a pack may reach a database other than a tenant's. */
  secrets: z.array(z.string().min(1)).default([]),
  /** Why releases of this stack may run as a superuser if their packs ask for it; without it none does. */
  superuser: z.string().min(10).optional(),
  /** Where browsers reach the page; the first is used in links. None: the Function URL. */
  origins: z.array(origin).default([]),
});

export type StackPolicy = z.infer<typeof stackPolicySchema>;
