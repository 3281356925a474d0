import type { RustNode } from "../syntax/rust-node.js";
import type { Place } from "./place.js";
import type { Scope } from "./scope.js";

/** What a piece of migration code evaluates to, as far as it can be known without running it. */
export type Value =
  | TextValue
  /** `type`: of an integer, where it is written. */
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
  /** The answer to a query that is constant. */
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

/** An array, a vector, a tuple or an iterator over one. Values never change: a change gives its place another value. */
export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}

/** A path that is no variable: an enum's variant, a unit struct, a constant of another crate. */
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

/** A call of a function that the files do not hold, with the calls chained to it: a builder. */
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
  /** The type that is written for what it gives. */
  readonly returns: RustNode | null;
  /** True for `move`: a copy of it has variables of its own. */
  readonly owns: boolean;
  /** True when a call of it gives what has to be awaited. */
  readonly waits: boolean;
}

/** Code that runs when it is awaited, and not before. */
export interface FutureValue {
  readonly kind: "future";
  readonly run: () => Value;
  readonly node: RustNode;
}

export interface UnknownValue {
  readonly kind: "unknown";
  /** A full sentence without the final stop. */
  readonly reason: string;
  /** Null when it is not one piece of code that makes it unknown. */
  readonly node: RustNode | null;
  /** True when a way to the database, or code that may have one, can be in it. */
  readonly reaches?: boolean;
}

/** A question that only a tenant's database answers. */
export interface Condition {
  /** An SQL expression; null when not even that is known, and then `reason` says why. */
  readonly sql: string | null;
  readonly negated: boolean;
  readonly reason: string;
  /** What was asked for it. */
  readonly asked: readonly Asked[];
}

/** When the database was asked, and of what. Later statements may change the answer. */
export interface Asked {
  /** How many statements had been sent. */
  readonly after: number;
  /** The table, and its column or index, whose presence is asked; null for any other question. */
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

/** Why a branch is not known to run. */
export const DECIDED_LATER = "Whether this runs is decided by values that are known only when the code runs";

export function unknown(reason: string, node: RustNode, reaches = false): UnknownValue {
  return { kind: "unknown", reason, node, ...(reaches ? { reaches } : {}) };
}

/** True when something through which the database can be changed is in the value. */
export function reachesDatabase(value: Value): boolean {
  return within(value).some((each) => each.kind === "handle" || (each.kind === "unknown" && each.reaches === true));
}

/** The same for a value that is lost: code in it may reach the database as well. */
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

/** A copy of a value: code in it that owns its variables has others than the original from then on. */
export function copied(value: Value): Value {
  if (value.kind === "closure") return value.owns ? { ...value, scope: value.scope.moved() } : value;
  if (value.kind === "some") return { ...value, value: copied(value.value) };
  if (value.kind === "list") return { ...value, items: value.items.map(copied) };
  if (value.kind !== "struct") return value;
  return { ...value, fields: new Map([...value.fields].map(([name, field]) => [name, copied(field)])) };
}
