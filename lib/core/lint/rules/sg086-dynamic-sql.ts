import { textBodyStatements } from "../../sql/plpgsql.js";
import { as, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const dynamicSql: Rule = {
  id: "SG086",
  slug: "dynamic-sql",
  title: "A function puts SQL together from unquoted values",
  condition:
    "A PL/pgSQL function EXECUTEs a text that is joined with || and contains neither quote_ident, quote_literal, quote_nullable nor format().",
  effect: "A value with a quote in it ends the string, and what follows runs as SQL with the function's rights.",
  workaround: "Pass values by USING; put names in by format('%I', …).",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["CreateFunctionStmt"],
  *check(statement) {
    if (!/\bexecute\b/i.test(statement.sql)) return;
    const name = strings(as(statement.node, "CreateFunctionStmt")?.funcname).join(".");
    for (const opaque of textBodyStatements(statement)?.opaque ?? []) {
      if (
        !/^execute\b[\s\S]*\|\|/i.test(opaque.text) ||
        /\bquote_\w+\s*\(|\bformat\s*\(|::\s*reg\w+/i.test(opaque.text)
      )
        continue;
      yield {
        statement: { ...statement, source: opaque.source, nested: true },
        subject: { kind: "function", name },
        message: `${name} joins values into SQL without quoting them: a quote in one of them ends the string.`,
        remedy: {
          text: "Pass values by USING and names by format.",
          sql: "EXECUTE format('SELECT … FROM %I WHERE id = $1', table_name) USING id;",
        },
      };
    }
  },
};
