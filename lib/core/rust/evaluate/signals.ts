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

/** The code gives up: a panic, `todo!()`, an error returned. */
export class RefusalSignal {
  constructor(
    readonly reason: string,
    readonly node: RustNode,
  ) {}
}
