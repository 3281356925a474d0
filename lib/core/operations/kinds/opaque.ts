import { impossible } from "../../undo/inverses.js";
import { NO_EFFECTS } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

/** A statement whose effect cannot be known from its text. It blocks unless it is accepted by its hash. */
export interface Opaque extends OperationData {
  readonly kind: "opaque";
  /** A full sentence without the final stop: why it was not understood. */
  readonly reason: string;
}

/** Nothing is known of it, and nothing is claimed: its locks and its way back come from the dry run. */
export const opaque: OperationType<Opaque> = {
  kind: "opaque",
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
