import type { RustNode } from "./syntax/rust-node.js";

/** A builder uses something that is not known here. */
export class NotLowered extends Error {
  override readonly name = "NotLowered";
  constructor(
    /** A full sentence without the final full stop. */
    readonly reason: string,
    readonly node: RustNode | null = null,
  ) {
    super(reason);
  }
}
