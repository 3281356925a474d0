import type { RustNode } from "../../rust/syntax/rust-node.js";

/** A call whose SQL the code alone does not give. */
export class UnknownSql extends Error {
  override readonly name = "UnknownSql";

  constructor(readonly node: RustNode) {
    super(node.type);
  }
}

/** A query that a builder assembles; `text` is null when it cannot be told. */
export interface BuiltQuery {
  readonly text: string | null;
  readonly node: RustNode;
}

/** Null when it cannot be told. */
export function sqlOrNull(tell: () => string): string | null {
  try {
    return tell();
  } catch (error) {
    if (error instanceof UnknownSql) return null;
    throw error;
  }
}
