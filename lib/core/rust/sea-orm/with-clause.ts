import { identifier } from "../../sql/quote.js";
import { columnList } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { describe, nameOf, namesOf } from "./names.js";

type Text = (machine: Machine, statement: Value | undefined) => string;

/** `WITH …` before a statement; empty when it has none. `text` writes the queries of the clause. */
export function withText(machine: Machine, clauses: readonly (Value | undefined)[], text: Text): string {
  return clauses.map((clause) => `${clauseText(machine, clause, text)} `).join("");
}

/** `WithClause::new().cte(…)`, or a single `CommonTableExpression`. */
function clauseText(machine: Machine, value: Value | undefined, text: Text): string {
  const term = certain(value);
  if (term.head.at(-2) === "CommonTableExpression") return `WITH ${tableExpression(machine, term, text)}`;
  if (term.head.at(-2) !== "WithClause" && term.head.slice(-2).join("::") !== "Query::with") {
    throw new NotLowered(`${describe(value)} is not known to be a WITH clause`);
  }
  let recursive = "";
  const tables: string[] = [];
  for (const { method, args, node } of term.calls) {
    if (method === "cte") tables.push(tableExpression(machine, certain(args[0]), text));
    else if (method === "recursive") recursive = args[0]?.kind === "bool" && args[0].value ? "RECURSIVE " : "";
    else throw new NotLowered(`What ${method} does to a WITH clause is not known`, node);
  }
  return `WITH ${recursive}${tables.join(", ")}`;
}

function tableExpression(machine: Machine, term: Term, text: Text): string {
  if (term.head.at(-2) !== "CommonTableExpression") throw new NotLowered(`${describe(term)} is not known`);
  const one = (method: string): Call | undefined => term.calls.find((call) => call.method === method);
  const other = term.calls.find(({ method }) => !/^(query|table_name|column|columns|materialized)$/.test(method));
  if (other) throw new NotLowered(`What ${other.method} does to a table expression is not known`, other.node);
  const columns = term.calls
    .filter(({ method }) => method === "column" || method === "columns")
    .flatMap(({ args }) => namesOf(machine, args[0]));
  const kept = one("materialized")?.args[0];
  const materialized = kept?.kind === "bool" ? (kept.value ? "MATERIALIZED " : "NOT MATERIALIZED ") : "";
  const list = columns.length > 0 ? ` ${columnList(columns)}` : "";
  const name = identifier(nameOf(machine, one("table_name")?.args[0]));
  return `${name}${list} AS ${materialized}(${text(machine, one("query")?.args[0])})`;
}

function certain(value: Value | undefined): Term {
  if (value?.kind !== "term") throw new NotLowered(`${describe(value)} is not known to be a WITH clause`);
  return value;
}
