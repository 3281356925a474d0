import type { Crate } from "../syntax/crate.js";
import type { RustNode, RustText } from "../syntax/rust-node.js";
import { Sink } from "./emission.js";
import { evaluateExpression } from "./expressions.js";
import { Scope } from "./scope.js";
import { LoopSignal, RefusalSignal, ReturnSignal } from "./signals.js";
import { type Condition, unknown, type Value } from "./value.js";

/** What the evaluation knows of the libraries that migration code calls. */
export interface Library {
  /** A call through which the database is reached. Undefined: not known to the library. */
  onHandle(machine: Machine, method: string, args: readonly Value[], node: RustNode): Value | undefined;
  /** A call of a function that the files do not hold. Undefined: not known to the library. */
  onFunction(machine: Machine, path: readonly string[], args: readonly Value[], node: RustNode): Value | undefined;
  /** A call chained to a builder. Undefined: the call is kept as it is. */
  onBuilder(
    machine: Machine,
    builder: Value,
    method: string,
    args: readonly Value[],
    node: RustNode,
  ): Value | undefined;
}

const DEEPEST_CALL = 40;
const MOST_STEPS = 200_000;

/** Runs migration code on values instead of on a database, and collects what it would do. */
export class Machine {
  readonly sink = new Sink();
  /** How many branches are open of which it is not known whether they run. */
  undecided = 0;
  private calls = 0;
  private steps = 0;
  /** The types that `Self` means, innermost last. */
  readonly selfTypes: (string | null)[] = [];

  constructor(
    readonly crate: Crate,
    readonly library: Library,
    /** The text of a file that the code includes, or null. */
    readonly fileText: (path: string, from: RustText) => string | null,
  ) {}

  evaluate(node: RustNode, scope: Scope): Value {
    this.steps++;
    if (this.steps > MOST_STEPS) throw new RefusalSignal("The code takes too many steps to be followed", node);
    return evaluateExpression(this, node, scope);
  }

  scope(outer: Scope | null): Scope {
    return new Scope(outer, this.undecided);
  }

  opaque(reason: string, node: RustNode): Value {
    this.sink.emit({ kind: "opaque", reason, node });
    return unknown(reason, node);
  }

  /** Runs a function's body; `return` ends it, and guards opened in it end with it. */
  call(body: RustNode, scope: Scope, type: string | null): Value {
    if (this.calls >= DEEPEST_CALL) throw new RefusalSignal("The calls are nested too deeply to be followed", body);
    const depth = this.sink.depth;
    this.calls++;
    this.selfTypes.push(type);
    try {
      return this.evaluate(body, scope);
    } catch (signal) {
      if (signal instanceof ReturnSignal) return signal.value;
      throw signal;
    } finally {
      this.selfTypes.pop();
      this.calls--;
      this.sink.closeGuards(depth);
    }
  }

  /** Runs a branch of which it is not known whether it runs. Says what it emitted and how it ended. */
  branch(work: () => Value): BranchResult {
    let value: Value | null = null;
    let end: "value" | "return" | "refusal" | "loop" = "value";
    this.undecided++;
    const emissions = this.sink.capture(() => {
      try {
        value = work();
      } catch (signal) {
        if (signal instanceof ReturnSignal) end = "return";
        else if (signal instanceof RefusalSignal) end = "refusal";
        else if (signal instanceof LoopSignal) end = "loop";
        else throw signal;
      }
    });
    this.undecided--;
    return { emissions, value, end };
  }

  /** Branches of which none is known to run: when any of them does something, nobody can say what the code does. */
  anyOf(works: readonly (() => Value)[], reason: string, node: RustNode): Value {
    const results = works.map((work) => this.branch(work));
    if (results.some((result) => result.emissions.length > 0)) this.opaque(reason, node);
    if (results.some((result) => result.end === "return")) {
      const condition: Condition = { sql: null, negated: false, reason };
      this.sink.openGuard(condition, node);
    }
    return unknown(reason, node);
  }
}

export interface BranchResult {
  readonly emissions: ReturnType<Sink["capture"]>;
  readonly value: Value | null;
  readonly end: "value" | "return" | "refusal" | "loop";
}
