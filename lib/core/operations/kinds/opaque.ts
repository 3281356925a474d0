import { impossible } from "../../undo/inverses.js";
import { NO_EFFECTS } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

/**
 * Why a statement is opaque. `unparsable`: PostgreSQL's parser refuses it; `program`, `server-file`: it reaches the server's machine;
 * `body`: part of a function or a DO block was not understood; `form`: a statement or an option that no reader knows.
 */
export type OpaqueCode = "unparsable" | "program" | "server-file" | "body" | "form";

/** A statement whose effect its text does not tell. It blocks unless its hash is accepted. */
export interface Opaque extends OperationData {
  readonly kind: "opaque";
  readonly code: OpaqueCode;
  /** For people: a full sentence without the final full stop. Nothing decides by it. */
  readonly reason: string;
}

/** Nothing is known about it, and nothing is claimed: its locks and its way back come from the dry run. */
export const opaque: OperationType<Opaque> = {
  kind: "opaque",
  changes: "anything",
  evaluates: true,
  effects() {
    return NO_EFFECTS;
  },
  inverse(operation) {
    return impossible(operation.reason);
  },
  requirements() {
    return [];
  },
};
