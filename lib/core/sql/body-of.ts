import type { Node } from "libpg-query";
import type { SourceSpan } from "../finding.js";
import type { ParsedStatement } from "./statement.js";

export interface RawBody {
  readonly runs: boolean;
  readonly language: string;
  readonly text: string;
}

export function bodyOf(node: Node): RawBody | null {
  if ("DoStmt" in node) {
    const { text, language } = definition(node.DoStmt.args ?? []);
    return { runs: true, language: language ?? "plpgsql", text };
  }
  if ("CreateFunctionStmt" in node && !node.CreateFunctionStmt.sql_body) {
    const { text, language } = definition(node.CreateFunctionStmt.options ?? []);
    return { runs: false, language: language ?? "sql", text };
  }
  return null;
}

function definition(options: readonly Node[]): { text: string; language: string | null } {
  let text = "";
  let language: string | null = null;
  for (const option of options) {
    if (!("DefElem" in option)) continue;
    const { defname, arg } = option.DefElem;
    if (defname === "language" && arg && "String" in arg) language = (arg.String.sval ?? "").toLowerCase();
    if (defname !== "as" || !arg) continue;
    const part = "List" in arg ? arg.List.items?.[0] : arg;
    if (part && "String" in part) text = part.String.sval ?? "";
  }
  return { text, language };
}

/** Where the lines of a body are in the file. */
export class BodyPlace {
  private readonly first: number;

  constructor(
    private readonly statement: ParsedStatement,
    text: string,
  ) {
    const at = statement.sql.indexOf(text);
    this.first = statement.source.line + (at < 0 ? 0 : statement.sql.slice(0, at).split("\n").length - 1);
  }

  line(number: number): SourceSpan {
    const line = this.first + Math.max(number, 1) - 1;
    return { file: this.statement.source.file, line, column: 1 };
  }
}
