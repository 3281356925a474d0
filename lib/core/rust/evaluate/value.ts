import type { RustNode } from "../syntax/rust-node.js";
import type { Place } from "./place.js";
import type { Scope } from "./scope.js";

/** The value of a piece of migration code, as far as it can be known without running it. */
export type Value =
  | TextValue
  /** `type`: an integer's, where it is written. */
  | { readonly kind: "number"; readonly text: string; readonly type?: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "unit" }
  | { readonly kind: "none" }
  | { readonly kind: "some"; readonly value: Value }
  | ListValue
  | PathValue
  | Term
  | StructValue
  | ClosureValue
  | FutureValue
  /** `&mut place`: what is done to it is done to the place. */
  | { readonly kind: "ref"; readonly place: Place }
  /** Something through which the database can be changed: a schema manager, a connection, a pool. */
  | { readonly kind: "handle" }
  | { readonly kind: "condition"; readonly condition: Condition }
  /** The answer to a constant query. */
  | { readonly kind: "rows"; readonly sql: string; readonly asked: readonly Asked[] }
  /** One value of such an answer, as an SQL expression. */
  | { readonly kind: "scalar"; readonly sql: string; readonly asked: readonly Asked[] }
  | UnknownValue;

export interface TextValue {
  readonly kind: "text";
  readonly text: string;
  /** The literal, when the text is in the file unchanged. */
  readonly literal: RustNode | null;
}

/** An array, a vector, a tuple or an iterator over one. Values never change: a change puts another value in the place. */
export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}

/** A path that is not a variable: an enum's variant, a unit struct, a constant of another crate. */
export interface PathValue {
  readonly kind: "path";
  readonly segments: readonly string[];
  readonly node: RustNode;
}

export interface Call {
  readonly method: string;
  readonly args: readonly Value[];
  readonly node: RustNode;
}

/** A call of a function that is not in the files, with the calls chained to it: a builder. */
export interface Term {
  readonly kind: "term";
  readonly head: readonly string[];
  readonly args: readonly Value[];
  readonly calls: readonly Call[];
  readonly node: RustNode;
}

export interface StructValue {
  readonly kind: "struct";
  /** Last part of `path`. */
  readonly name: string;
  readonly path: readonly string[];
  readonly fields: ReadonlyMap<string, Value>;
  readonly node: RustNode;
}

export interface ClosureValue {
  readonly kind: "closure";
  readonly params: readonly RustNode[];
  readonly body: RustNode;
  readonly scope: Scope;
  /** The type written for what it returns. */
  readonly returns: RustNode | null;
  /** True for `move`: a copy of it has variables of its own. */
  readonly owns: boolean;
  /** True when calling it returns a future. */
  readonly waits: boolean;
}

/** Code that runs only when it is awaited. */
export interface FutureValue {
  readonly kind: "future";
  readonly run: () => Value;
  readonly node: RustNode;
}

export interface UnknownValue {
  readonly kind: "unknown";
  /** A full sentence without the final full stop. */
  readonly reason: string;
  /** Null when it is not a single piece of code that makes it unknown. */
  readonly node: RustNode | null;
  /** True when it may contain a way to the database, or code that may have one. */
  readonly reaches?: boolean;
}

/** A question that only a tenant's database can answer. */
export interface Condition {
  /** An SQL expression; null when not even that is known, and then `reason` says why. */
  readonly sql: string | null;
  readonly negated: boolean;
  readonly reason: string;
  /** What was asked to decide it. */
  readonly asked: readonly Asked[];
}

/** When the database was asked, and about what. Later statements may change the answer. */
export interface Asked {
  /** How many statements had been sent. */
  readonly after: number;
  /** The table, and its column or index, whose presence is asked about; null for any other question. */
  readonly table: string | null;
  readonly part: string | null;
}

export function condition(sql: string, asked: readonly Asked[], negated = false): Value {
  return { kind: "condition", condition: { sql, negated, reason: "Each tenant's database answers this", asked } };
}

/** A condition about which nothing is known. */
export function undecided(reason: string): Condition {
  return { sql: null, negated: false, reason, asked: [] };
}

export const UNIT: Value = { kind: "unit" };
export const HANDLE: Value = { kind: "handle" };

export function text(value: string, literal: RustNode | null = null): TextValue {
  return { kind: "text", text: value, literal };
}

export function bool(value: boolean): Value {
  return { kind: "bool", value };
}

/** Why it is not known whether a branch runs. */
export const DECIDED_LATER = "Whether this runs is decided by values that are known only when the code runs";

export function unknown(reason: string, node: RustNode, reaches = false): UnknownValue {
  return { kind: "unknown", reason, node, ...(reaches ? { reaches } : {}) };
}

/** True when the value contains something through which the database can be changed. */
export function reachesDatabase(value: Value): boolean {
  return within(value).some((each) => each.kind === "handle" || (each.kind === "unknown" && each.reaches === true));
}

/** The same for a lost value: code in it may reach the database as well. */
export function mayReach(value: Value): boolean {
  return reachesDatabase(value) || within(value).some((each) => each.kind === "closure" || each.kind === "future");
}

/** The value and every value in it. */
export function within(value: Value): readonly Value[] {
  switch (value.kind) {
    case "some":
      return [value, ...within(value.value)];
    case "list":
      return [value, ...value.items.flatMap(within)];
    case "struct":
      return [value, ...[...value.fields.values()].flatMap(within)];
    case "term":
      return [value, ...value.args.flatMap(within), ...value.calls.flatMap((call) => call.args.flatMap(within))];
    default:
      return [value];
  }
}

/** A copy of a value: code in it that owns its variables no longer shares them with the original. */
export function copied(value: Value): Value {
  if (value.kind === "closure") return value.owns ? { ...value, scope: value.scope.moved() } : value;
  if (value.kind === "some") return { ...value, value: copied(value.value) };
  if (value.kind === "list") return { ...value, items: value.items.map(copied) };
  if (value.kind !== "struct") return value;
  return { ...value, fields: new Map([...value.fields].map(([name, field]) => [name, copied(field)])) };
}
