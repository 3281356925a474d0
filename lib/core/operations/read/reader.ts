import type { Node } from "libpg-query";
import type { Operation } from "../kinds/index.js";
import type { OpaqueCode } from "../kinds/opaque.js";

type KeysOf<U> = U extends unknown ? keyof U : never;

/** The name of a node of the parser's tree: `AlterTableStmt`, `CreateStmt`, … */
export type Tag = KeysOf<Node>;

/** The node with a given tag. */
export type Tree<T extends Tag> = Extract<Node, Record<T, unknown>>[T];

/** An operation before it is tied to its statement. */
export type Draft = Operation extends infer O
  ? O extends Operation
    ? Omit<O, "statement" | "transactionality">
    : never
  : never;

/** Turns one kind of statement into operations. Throws `NotUnderstood` for a form that it does not know. */
export type Reader<T extends Tag> = (tree: Tree<T>) => readonly Draft[];

/** Readers by tag. */
export type Readers = { readonly [T in Tag]?: Reader<T> };

/** A form of a statement whose effect we do not know; it becomes an opaque operation with this reason. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";

  constructor(
    reason: string,
    readonly code: OpaqueCode = "form",
  ) {
    super(reason);
  }
}
