import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import type { Operation } from "./operations.js";
import { type Draft, NotUnderstood, type Reader, type Tag } from "./read/reader.js";
import { READERS } from "./read/readers.js";

/**
 * The changes that a statement makes, in the order in which it makes them. What is not understood comes back as one
 * opaque operation with the reason; nothing is left out.
 */
export function operationsOf(statement: ParsedStatement | UnparsedStatement): readonly Operation[] {
  const { index, sql, source } = statement;
  const tie = (draft: Draft): Operation => ({ ...draft, statement: { index, sql, source } });
  if (!("node" in statement)) {
    return [tie(opaque(`PostgreSQL's parser refuses it: ${statement.error}`))];
  }
  try {
    return draftsOf(statement).map(tie);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return [tie(opaque(error.message))];
  }
}

function draftsOf(statement: ParsedStatement): readonly Draft[] {
  const [tag, tree] = Object.entries(statement.node)[0] ?? [];
  if (tag === "DoStmt") return [opaque("a DO block runs code whose effect its text does not tell")];
  if (tag === "CallStmt") return [opaque("CALL runs a procedure whose effect its text does not tell")];
  if (tag === "ExecuteStmt") return [opaque("EXECUTE runs a prepared statement")];
  const read = READERS[tag as Tag] as Reader<Tag> | undefined;
  if (!read) return [opaque(`statements of the kind ${tag ?? "(none)"} are not known`)];
  return read(tree as never);
}

function opaque(reason: string): Omit<Operation & { kind: "opaque" }, "statement"> {
  return { kind: "opaque", reason };
}
