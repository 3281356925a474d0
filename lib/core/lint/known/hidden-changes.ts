import type { Node } from "libpg-query";
import { knownVolatility } from "../../postgres/functions.js";
import { textBodyStatements } from "../../sql/plpgsql.js";
import { as, constant, find, kindOf, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";

/**
 * Whether a statement may change the schema, or what a name means, in a way that its text does not show: a body that cannot be read or has branches,
 * a function call, a search_path.
 */
export function mayHideChanges(statement: LintStatement): boolean {
  const { node } = statement;
  if ("DoStmt" in node) {
    const body = textBodyStatements(statement);
    return body === null || body.opaque.length > 0 || body.statements.some((each) => !("node" in each));
  }
  if (statement.conditional) return changesSchema(node);
  if ("CallStmt" in node) return true;
  const setting = as(node, "VariableSetStmt");
  if (setting) return setting.name === "search_path" && !isPublic(setting.args);
  const queries = kindOf(node) === "SelectStmt";
  if (!queries && !MAY_SET.test(statement.sql)) return false;
  const calls = find(node, "FuncCall").map((call) => ({ name: strings(call.funcname).at(-1) ?? "", args: call.args }));
  if (calls.some(({ name, args }) => name === "set_config" && mayMovePath(args))) return true;
  return queries && calls.some(({ name }) => knownVolatility(name) === null);
}

/** The name of set_config, or one that is written in code points. */
const MAY_SET = /set_config|u&/i;

function mayMovePath(args: readonly Node[] | undefined): boolean {
  const name = constant(args?.[0]);
  return name === undefined || (name === "search_path" && !PUBLIC.has(constant(args?.[1]) ?? "?"));
}

const PUBLIC: ReadonlySet<string> = new Set(["public", "$user", "", "pg_catalog"]);

function isPublic(args: readonly Node[] | undefined): boolean {
  return (args ?? []).every((arg) => PUBLIC.has(constant(arg) ?? ""));
}

const ROWS: ReadonlySet<string> = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

function changesSchema(node: Node): boolean {
  return !ROWS.has(kindOf(node));
}
