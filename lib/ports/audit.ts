import type { AuditEvent, AuditInput } from "../core/audit/chain.js";
import type { SealEnvelope } from "../core/audit/seal.js";
import type { Signer } from "./signer.js";

/** What a step reports; the trail adds the time. */
export type AuditNote = Omit<AuditInput, "at">;

/**
 * The record of a run: who did what, when, on which evidence. One writer at a time: Map children never append, they pass their tenants'
 * records to the tally (`tenantLeaves`), which appends one event for all of them.
 */
export interface AuditTrail {
  /** Durable when it returns. */
  append(note: AuditNote): Promise<AuditEvent>;
  events(): Promise<readonly AuditEvent[]>;
  /**
   * Records the digest of every file of the run and signs the head. Nothing of the run may be written afterwards; a later append reopens
   * the trail, records that in it, and needs another close.
   */
  close(signer: Signer): Promise<SealEnvelope>;
}

/** The trail on disk is not one that may be continued. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}
