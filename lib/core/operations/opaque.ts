import type { OperationData } from "./operation.js";

/** A statement whose effect cannot be known from its text. It blocks unless it is accepted by its hash. */
export interface Opaque extends OperationData {
  readonly kind: "opaque";
  /** A full sentence without the final stop: why it was not understood. */
  readonly reason: string;
}
