import type { SourceSpan } from "../finding.js";
import type { Opaque } from "../migration/coverage.js";
import type { AnyStatement } from "../migration/script.js";
import { parseSql } from "../sql/parse.js";
import { literal } from "../sql/quote.js";
import type { Emission } from "./evaluate/emission.js";
import type { Condition } from "./evaluate/value.js";
import { verbatimStart } from "./syntax/literals.js";
import type { RustNode } from "./syntax/rust-node.js";

/** The statements that Rust code runs, and the pieces that were not understood. */
export interface RustScript {
  readonly statements: readonly AnyStatement[];
  readonly opaque: readonly Opaque[];
}

/** Turns what the code does into statements. A guard becomes a DO block, so that each tenant's server decides. */
export function scriptOf(emissions: readonly Emission[], written: readonly AnyStatement[] = []): RustScript {
  const statements: AnyStatement[] = [];
  const opaque: Opaque[] = [];
  for (const emission of emissions) {
    if (emission.kind === "sql-file") statements.push(...written);
    else if (emission.kind === "opaque") opaque.push(pieceOf(emission.reason, emission.node));
    else if (emission.kind === "sql")
      statements.push(...readEmbeddedSql(emission.sql, emission.node, emission.literal));
    else {
      const inner = opaqueWithin(emission);
      if (inner.length > 0) opaque.push(...inner);
      else statements.push(...readEmbeddedSql(guardText(emission), emission.node, null));
    }
  }
  return { statements: statements.map((statement, index) => ({ ...statement, index })), opaque };
}

export function pieceOf(reason: string, node: RustNode): Opaque {
  return { reason, text: node.text, source: node.span };
}

/** A literal's statements are placed where they are in it; others where the code creates them. */
export function readEmbeddedSql(sql: string, node: RustNode, literal: RustNode | null): readonly AnyStatement[] {
  const { path } = node.source;
  const statements = parseSql(sql, path).statements;
  const start = literal ? verbatimStart(literal) : null;
  if (!literal || start === null) return statements.map((statement) => ({ ...statement, source: node.span }));
  const base = literal.source.lines.span(path, start, start);
  return statements.map((statement) => ({ ...statement, source: shifted(statement.source, base) }));
}

function shifted(span: SourceSpan, base: SourceSpan): SourceSpan {
  const column = (line: number, at: number) => (line === 1 ? at + base.column - 1 : at);
  const { file, line, endLine = line, endColumn = span.column } = span;
  return {
    file,
    line: line + base.line - 1,
    column: column(line, span.column),
    endLine: endLine + base.line - 1,
    endColumn: column(endLine, endColumn),
  };
}

type Guard = Extract<Emission, { kind: "guard" }>;

/** Inside a guard everything must be understood, because the block runs as a whole. */
function opaqueWithin(guard: Guard): readonly Opaque[] {
  return [...guard.whenTrue, ...guard.whenFalse].flatMap((emission): readonly Opaque[] => {
    if (emission.kind === "opaque") return [pieceOf(emission.reason, emission.node)];
    return emission.kind === "guard" ? opaqueWithin(emission) : [];
  });
}

function guardText(guard: Guard): string {
  const body = guardBody(guard);
  let tag = "$gate$";
  for (let turn = 1; body.includes(tag); turn++) tag = `$gate${turn}$`;
  return `DO ${tag} BEGIN\n${body}END ${tag}`;
}

function guardBody(guard: Guard): string {
  const then = guard.whenTrue.map(lineOf).join("");
  const otherwise = guard.whenFalse.map(lineOf).join("");
  const test = conditionText(guard.condition);
  if (then === "") return `IF NOT (${test}) THEN\n${otherwise}END IF;\n`;
  return `IF ${test} THEN\n${then}${otherwise === "" ? "" : `ELSE\n${otherwise}`}END IF;\n`;
}

function conditionText(condition: Condition): string {
  return condition.negated ? `NOT (${condition.sql})` : `(${condition.sql})`;
}

/** PL/pgSQL runs a query without a target only as PERFORM or EXECUTE; EXECUTE of a constant is examined like the text itself. */
function lineOf(emission: Emission): string {
  if (emission.kind === "guard") return guardBody(emission);
  if (emission.kind === "opaque" || emission.kind === "sql-file") return "";
  const statements = parseSql(emission.sql, emission.node.source.path).statements;
  return statements
    .map(({ sql }) =>
      /^(select|with|values|table|show|explain)\b/i.test(sql) ? `EXECUTE ${quotedText(sql)};\n` : `${sql};\n`,
    )
    .join("");
}

function quotedText(sql: string): string {
  return literal(sql).trimStart();
}
