import type { SourceSpan } from "../finding.js";
import { BodyPlace, bodyOf, type RawBody } from "./body-of.js";
import { walkBody } from "./body-walk.js";
import { boundCall } from "./bound-expression.js";
import { type Constants, NO_CONSTANTS } from "./constant-text.js";
import { parseSql } from "./parse.js";
import type { ParsedStatement, UnparsedStatement } from "./statement.js";

/**
 * What decides whether a statement of a body runs. `test`: an expression that must be true (or, with `holds` false, must not be). `unless there`: its
 * block ignores an object that already exists. `unless refused`: its block ignores errors that only depend on the schema, and so are the same
 * wherever the schema is. `unless failed`: its block, which consists of ALTER statements, ignores other errors; `block` is the same for all of them.
 * `unknown`: a loop, a CASE, a handler of other errors around other statements.
 */
export type Guard =
  | { readonly kind: "test"; readonly sql: string; readonly holds: boolean }
  | { readonly kind: "unless there" }
  | { readonly kind: "unless refused" }
  | { readonly kind: "unless failed"; readonly block: number }
  | { readonly kind: "unknown"; readonly reason: string };

/** A statement inside a body. */
export type BodyStatement = (ParsedStatement | UnparsedStatement) & {
  /** Outermost first; empty for a statement that runs once whenever the body does. */
  readonly guards: readonly Guard[];
  /** A PL/pgSQL expression that calls a function, as the SELECT that computes it. */
  readonly computes?: true;
};

/** A part of a body that was not understood, usually dynamic SQL. */
export interface OpaqueBody {
  /** A full sentence without the final full stop. */
  readonly reason: string;
  readonly text: string;
  readonly source: SourceSpan;
}

export interface Body {
  /** True for DO: the body runs with the migration. A function's body runs when it is called. */
  readonly runs: boolean;
  readonly statements: readonly BodyStatement[];
  readonly opaque: readonly OpaqueBody[];
}

/**
 * Reads a DO block or a function: the statements of its body with their places, and what of it cannot be known. Null for a statement whose body is
 * not a text. EXECUTE of a constant text counts as that text, of any other text as opaque. `constants` are the arguments of a call.
 */
export function textBodyStatements(statement: ParsedStatement, constants: Constants = NO_CONSTANTS): Body | null {
  const body = bodyOf(statement.node);
  if (!body) return null;
  const place = new BodyPlace(statement, body.text);
  if (body.language === "sql") return sqlBody(statement, body, place, constants);
  if (body.language !== "plpgsql") {
    const reason = `The body is written in ${body.language}, which is not read`;
    return { runs: body.runs, statements: [], opaque: [{ reason, text: body.text, source: place.line(1) }] };
  }
  return { runs: body.runs, ...walkBody(statement, place, constants) };
}

function sqlBody(statement: ParsedStatement, body: RawBody, place: BodyPlace, constants: Constants): Body {
  const { file } = statement.source;
  const statements = parseSql(body.text, file).statements.flatMap((inner) => {
    const source = place.line(inner.source.line);
    const called = boundCall(inner.sql, constants);
    const bound = called === inner.sql ? [inner] : parseSql(called, file).statements;
    return bound.map((each) => ({ ...each, index: inner.index, source, guards: [] }));
  });
  return { runs: body.runs, statements, opaque: [] };
}
