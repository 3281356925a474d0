import type { RustNode } from "../syntax/rust-node.js";
import type { Value } from "./value.js";

/** `return`, on its way to the function that it leaves. */
export class ReturnSignal {
  constructor(readonly value: Value) {}
}

/** `break` or `continue`, on its way to its loop. */
export class LoopSignal {
  constructor(
    readonly kind: "break" | "continue",
    /** Which loop it leaves; null for the innermost. */
    readonly label: string | null = null,
  ) {}
}

/** The code gives up: a panic, `todo!()`, a returned error. */
export class RefusalSignal {
  constructor(
    readonly reason: string,
    readonly node: RustNode,
  ) {}
}

/** Why the code cannot be followed to its end: it gives up itself, or it is nested too deeply to follow. */
export function refusalOf(signal: unknown, node: RustNode): RefusalSignal | null {
  if (signal instanceof RefusalSignal) return signal;
  return signal instanceof RangeError ? new RefusalSignal("The code is nested too deeply to be followed", node) : null;
}
