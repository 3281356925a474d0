import type { RustNode } from "../syntax/rust-node.js";
import type { Condition } from "./value.js";

/** What a piece of migration code does to the database. */
export type Emission =
  | { readonly kind: "sql"; readonly sql: string; readonly node: RustNode; readonly literal: RustNode | null }
  | {
      readonly kind: "guard";
      readonly condition: Condition;
      readonly whenTrue: readonly Emission[];
      readonly whenFalse: readonly Emission[];
      readonly node: RustNode;
    }
  /** The SQL in the file next to the code. */
  | { readonly kind: "sql-file"; readonly node: RustNode }
  | { readonly kind: "opaque"; readonly reason: string; readonly node: RustNode };

interface Frame {
  readonly items: Emission[];
  /** Set for the rest of a function after a conditional early return. */
  readonly guard: Guard | null;
}

interface Guard {
  readonly condition: Condition;
  readonly node: RustNode;
  /** What is done where the function returned. */
  readonly otherwise: readonly Emission[];
}

/** Collects what the code does, in order. */
export class Sink {
  private readonly frames: Frame[] = [{ items: [], guard: null }];
  /** Every text sent so far, in any branch; null for an unknown text. */
  private readonly sent: (string | null)[] = [];

  /** How many statements were sent. */
  get count(): number {
    return this.sent.length;
  }

  /** What was sent after that many statements. */
  since(count: number): readonly (string | null)[] {
    return this.sent.slice(count);
  }

  get depth(): number {
    return this.frames.length;
  }

  emit(emission: Emission): void {
    if (emission.kind === "sql") this.sent.push(emission.sql);
    else if (emission.kind !== "guard") this.sent.push(null);
    this.frames.at(-1)?.items.push(emission);
  }

  /** Keeps what was captured earlier. */
  keep(emission: Emission): void {
    this.frames.at(-1)?.items.push(emission);
  }

  /** Runs `work` and returns what it emitted instead of keeping it. */
  capture(work: () => void): readonly Emission[] {
    const depth = this.depth;
    const frame: Frame = { items: [], guard: null };
    this.frames.push(frame);
    try {
      work();
    } finally {
      this.closeGuards(depth + 1);
      this.frames.pop();
    }
    return frame.items;
  }

  /** From now on, until the guards are closed to the present depth, everything is under the condition. */
  openGuard(condition: Condition, node: RustNode, otherwise: readonly Emission[] = []): void {
    this.frames.push({ items: [], guard: { condition, node, otherwise } });
  }

  closeGuards(depth: number): void {
    while (this.frames.length > depth) {
      const frame = this.frames.pop();
      if (!frame?.guard || frame.items.length + frame.guard.otherwise.length === 0) continue;
      const { condition, node, otherwise } = frame.guard;
      if (condition.sql === null) this.emit({ kind: "opaque", reason: condition.reason, node });
      else this.emit({ kind: "guard", condition, node, whenTrue: frame.items, whenFalse: otherwise });
    }
  }

  finish(): readonly Emission[] {
    this.closeGuards(1);
    return this.frames[0]?.items ?? [];
  }
}
