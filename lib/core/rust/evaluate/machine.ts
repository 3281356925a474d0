import type { Crate } from "../syntax/crate.js";
import type { Item } from "../syntax/items.js";
import type { RustNode, RustText } from "../syntax/rust-node.js";
import { type Emission, Sink } from "./emission.js";
import { Cell, derefed } from "./place.js";
import { noteParents, propagates } from "./propagates.js";
import { Scope } from "./scope.js";
import { LoopSignal, RefusalSignal, ReturnSignal } from "./signals.js";
import {
  type ClosureValue,
  type Condition,
  DECIDED_LATER,
  type FutureValue,
  mayReach,
  type Term,
  UNIT,
  undecided,
  unknown,
  type Value,
} from "./value.js";

/** What the evaluation knows about the libraries that migration code calls. */
export interface Library {
  /** A call that reaches the database. Undefined: unknown to the library. */
  onHandle(machine: Machine, method: string, args: readonly Value[], node: RustNode): Value | undefined;
  /** A call of a function that is not in the files. Undefined: unknown to the library. */
  onFunction(machine: Machine, path: readonly string[], args: readonly Value[], node: RustNode): Value | undefined;
  /** A call chained to a builder. Undefined: the call is kept as it is. */
  onBuilder(
    machine: Machine,
    builder: Value,
    method: string,
    args: readonly Value[],
    node: RustNode,
  ): Value | undefined;
  /** A query inside an expression, as SQL. Throws `NotLowered`. */
  queryText(machine: Machine, query: Term): string;
}

/** What the language itself does. It is passed to a machine so that the evaluator's files call each other through the machine. */
export interface Language {
  evaluate(machine: Machine, node: RustNode, scope: Scope): Value;
  callClosure(machine: Machine, closure: ClosureValue, args: readonly Value[]): Value;
}

const DEEPEST_CALL = 40;
const MOST_STEPS = 200_000;
const LONGEST_LIST = 20_000;
/** Characters of all texts that the code builds. */
const MOST_TEXT = 32 * 1024 * 1024;

/** Runs migration code on values instead of on a database, and collects what it would do. */
export class Machine {
  readonly sink = new Sink();
  /** How many branches are open that may or may not run. */
  undecided = 0;
  private steps = 0;
  private characters = 0;
  /** One for each running function: whether it may already have returned. */
  private readonly frames: Frame[] = [];
  /** Futures that were created and not yet awaited. */
  private readonly pending = new Set<FutureValue>();
  /** The types that `Self` means, innermost last. */
  readonly selfTypes: (SelfType | null)[] = [];

  constructor(
    readonly crate: Crate,
    readonly library: Library,
    /** The text of a file that the code includes, or null. */
    readonly fileText: (path: string, from: RustText) => string | null,
    private readonly language: Language,
  ) {}

  /** Another machine for the same code, which has not run anything yet. */
  apart(): Machine {
    return new Machine(this.crate, this.library, this.fileText, this.language);
  }

  evaluate(node: RustNode, scope: Scope): Value {
    this.steps++;
    if (this.steps > MOST_STEPS) throw new RefusalSignal("The code takes too many steps to be followed", node);
    return this.language.evaluate(this, node, scope);
  }

  callClosure(closure: ClosureValue, args: readonly Value[]): Value {
    return this.language.callClosure(this, closure, args);
  }

  /** The value itself, not the reference to it. */
  read(node: RustNode, scope: Scope): Value {
    return derefed(this.evaluate(node, scope));
  }

  scope(outer: Scope | null): Scope {
    return new Scope(outer, (value, mutable) => this.cell(value, mutable, true));
  }

  /** Where the value of a variable, or of something unnamed, is kept. */
  cell(value: Value, mutable: boolean, named = false): Cell {
    return new Cell(value, mutable, this.undecided, () => this.undecided, named);
  }

  opaque(reason: string, node: RustNode): Value {
    this.sink.emit({ kind: "opaque", reason, node });
    return unknown(reason, node);
  }

  /** Gives up on a list longer than any that migrations need. */
  makeList(length: number, node: RustNode): void {
    if (length > LONGEST_LIST)
      throw new RefusalSignal(`The code in ${node.source.path} makes a list that is too long`, node);
  }

  /** Counts a text of that length that is about to be built. Gives up when all of them together are too long. */
  makeText(length: number, node: RustNode): void {
    this.characters += length;
    if (this.characters > MOST_TEXT) {
      throw new RefusalSignal(`The code in ${node.source.path} puts together texts that are too long to be read`, node);
    }
  }

  future(node: RustNode, run: () => Value): Value {
    const future: FutureValue = {
      kind: "future",
      node,
      run: () => (this.pending.delete(future) ? run() : again(node)),
    };
    this.pending.add(future);
    return future;
  }

  /** A future that nobody awaited does nothing, and whoever wrote it hardly meant that. */
  closePending(): void {
    for (const future of this.pending) {
      const { emissions } = this.branch(() => future.run());
      if (emissions.length > 0)
        this.opaque("It is never awaited here, so it is not known whether it runs", future.node);
    }
  }

  /** Whether an error that leaves the running function is lost on its way: its caller then continues. */
  get losesErrors(): boolean {
    return this.frames.at(-1)?.losesErrors === true;
  }

  /** Runs a function's body, called at `origin`; `return` ends it, and guards opened in it end with it. */
  call(body: RustNode, scope: Scope, type: SelfType | null, origin: RustNode): Value {
    if (this.frames.length >= DEEPEST_CALL) {
      throw new RefusalSignal("The calls are nested too deeply to be followed", body);
    }
    const { undecided } = this;
    const { depth } = this.sink;
    const losesErrors = this.losesErrors || (this.frames.length > 0 && !propagates(origin));
    noteParents(body);
    const frame: Frame = { mayReturn: false, mayLoop: false, losesErrors };
    this.frames.push(frame);
    this.selfTypes.push(type);
    try {
      const value = this.returned(body, scope);
      return frame.mayReturn ? unknown("Which return gives the value is known only when the code runs", body) : value;
    } finally {
      this.selfTypes.pop();
      this.frames.pop();
      this.sink.closeGuards(depth);
      this.undecided = undecided;
    }
  }

  private returned(body: RustNode, scope: Scope): Value {
    try {
      return this.evaluate(body, scope);
    } catch (signal) {
      if (signal instanceof ReturnSignal) return signal.value;
      throw signal;
    }
  }

  /** Runs a loop: what a `break` of unknown outcome made uncertain ends with it. */
  loop(work: () => void, node: RustNode): void {
    const { undecided } = this;
    const { depth } = this.sink;
    const inside = this.watched(() => {
      try {
        work();
      } finally {
        this.sink.closeGuards(depth);
        this.undecided = undecided;
      }
    });
    if (inside.mayReturn) this.leave("return", UNDECIDED, node);
  }

  /** Runs a branch that may or may not run. Returns what it emitted and how it ended. */
  branch(work: () => Value): BranchResult {
    const { undecided } = this;
    let end: BranchResult["end"] = "value";
    let value: Value = UNIT;
    this.undecided++;
    let emissions: BranchResult["emissions"] = [];
    const inside = this.watched(() => {
      emissions = this.sink.capture(() => {
        try {
          value = work();
        } catch (signal) {
          if (signal instanceof ReturnSignal) end = "return";
          else if (signal instanceof RefusalSignal) end = "refusal";
          else if (signal instanceof LoopSignal) end = "loop";
          else throw signal;
        }
      });
    });
    this.undecided = undecided;
    return { emissions, end, value, ...inside };
  }

  /** Returns whether a branch inside may have left the function or the loop. */
  private watched(work: () => void): Frame {
    const frame = this.frames.at(-1) ?? { mayReturn: false, mayLoop: false, losesErrors: false };
    const before = { ...frame };
    Object.assign(frame, { mayReturn: false, mayLoop: false });
    try {
      work();
      return { ...frame };
    } finally {
      Object.assign(frame, before);
    }
  }

  /** From here to the end of the function, or of the loop, the condition decides whether anything runs. */
  leave(what: "return" | "loop", condition: Condition, node: RustNode, otherwise: readonly Emission[] = []): void {
    const frame = this.frames.at(-1);
    if (frame && what === "return") frame.mayReturn = true;
    else if (frame) frame.mayLoop = true;
    this.sink.openGuard(condition, node, otherwise);
    this.undecided++;
  }

  /** Branches that each may or may not run: if any of them does something, it cannot be told what the code does. */
  anyOf(works: readonly (() => Value)[], reason: string, node: RustNode): Value {
    const results = works.map((work) => this.branch(work));
    if (results.some((result) => result.emissions.length > 0)) this.opaque(reason, node);
    const what = leaving(results);
    if (what) this.leave(what, undecided(reason), node);
    return unknown(
      reason,
      node,
      results.some(({ value }) => mayReach(value)),
    );
  }
}

export interface SelfType {
  readonly name: string;
  /** Null when it is not in the files. */
  readonly item: Item | null;
}

interface Left {
  mayReturn: boolean;
  mayLoop: boolean;
}

interface Frame extends Left {
  readonly losesErrors: boolean;
}

const UNDECIDED = undecided(DECIDED_LATER);

function again(node: RustNode): Value {
  return unknown("It is awaited more than once", node);
}

/** What one of the branches may have left: the function or the loop. */
export function leaving(results: readonly BranchResult[]): "return" | "loop" | null {
  if (results.some(({ end, mayReturn }) => end === "return" || mayReturn)) return "return";
  return results.some(({ end, mayLoop }) => end === "loop" || mayLoop) ? "loop" : null;
}

export interface BranchResult extends Readonly<Left> {
  readonly emissions: ReturnType<Sink["capture"]>;
  readonly end: "value" | "return" | "refusal" | "loop";
  readonly value: Value;
}
