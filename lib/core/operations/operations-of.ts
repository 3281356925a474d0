import { lowerCased } from "../lower-cased.js";
import { transactionalityOf } from "../postgres/transactionality.js";
import { bodyStatements } from "../sql/body-statements.js";
import { isParsed } from "../sql/parse.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import { mayDo } from "./acting-calls.js";
import type { Operation } from "./kinds/index.js";
import type { OpaqueCode } from "./kinds/opaque.js";
import { type Draft, NotUnderstood, type Reader, type Tag } from "./read/reader.js";
import { READERS } from "./read/readers.js";
import { commandOf } from "./read/sql-words.js";

/** The changes that a statement makes, in order. What is not understood becomes one opaque operation with the reason; nothing is left out. */
export function operationsOf(statement: ParsedStatement | UnparsedStatement): readonly Operation[] {
  if (isParsed(statement) && "DoStmt" in statement.node) return operationsOfBlock(statement);
  const { index, sql, source } = statement;
  const transactionality = isParsed(statement) ? transactionalityOf(statement) : "inside";
  // Operations of one statement share it, so that they can be told from those of an identical statement.
  const own = { index, sql, source };
  const tie = (draft: Draft): Operation => ({ ...draft, transactionality, statement: own });
  if (!("node" in statement)) {
    return [tie(opaque("unparsable", `PostgreSQL's parser refuses it: ${statement.error}`))];
  }
  try {
    return draftsOf(statement).map(tie);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return [tie(opaque(error.code, error.message))];
  }
}

/** A DO block is replaced by its body's statements. What is not understood in it becomes an opaque operation of its own. */
function operationsOfBlock(block: ParsedStatement): readonly Operation[] {
  const body = bodyStatements(block);
  const { index } = block;
  const inner = (body?.statements ?? [])
    .filter(mayDo)
    .flatMap(({ guards, computes: _, ...statement }) =>
      operationsOf({ ...statement, index }).map((operation): Operation => ({ ...operation, guards })),
    );
  const opaques = (body?.opaque ?? []).map(({ reason, text, source }): Operation => {
    const why = lowerCased(reason);
    const statement = { index, sql: text, source };
    return { kind: "opaque", code: "body", reason: why, transactionality: "inside", statement, guards: [] };
  });
  return [...inner, ...opaques];
}

function draftsOf(statement: ParsedStatement): readonly Draft[] {
  const [tag, tree] = Object.entries(statement.node)[0] ?? [];
  if (tag === "CallStmt") return [opaque("form", "CALL runs a procedure whose effect its text does not tell")];
  if (tag === "ExecuteStmt") return [opaque("form", "EXECUTE runs a prepared statement")];
  const read = READERS[tag as Tag] as Reader<Tag> | undefined;
  if (!read)
    return [opaque("form", `the effect of ${tag === undefined ? "an empty statement" : commandOf(tag)} is not known`)];
  return read(tree as never);
}

function opaque(
  code: OpaqueCode,
  reason: string,
): Omit<Operation & { kind: "opaque" }, "statement" | "transactionality"> {
  return { kind: "opaque", code, reason };
}
