import { volatileCall } from "../../postgres/volatile-call.js";
import { as, find, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

const CLOCKS: ReadonlySet<string> = new Set(["now", "statement_timestamp", "transaction_timestamp", "age"]);

export const unstableCheck: Rule = {
  id: "SG039",
  slug: "unstable-check",
  title: "A CHECK whose answer can change",
  condition: "A CHECK with now(), CURRENT_DATE, random() or another function whose answer changes with time.",
  effect: "A row that passed once fails later: an UPDATE of another column, or the restore of a backup, is refused.",
  workaround: "Compare with another column, such as created_at, or test it in a trigger when the value is stored.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["CreateStmt", "CONSTR_CHECK"],
  *check(statement, known) {
    const table = as(statement.node, "CreateStmt")?.relation ?? as(statement.node, "AlterTableStmt")?.relation;
    if (!table) return;
    for (const constraint of find(statement.node, "Constraint")) {
      if (constraint.contype !== "CONSTR_CHECK") continue;
      const call = volatileCall(constraint.raw_expr, known.functions);
      const clock = find(constraint.raw_expr, "FuncCall")
        .map((item) => strings(item.funcname).at(-1) ?? "")
        .find((name) => CLOCKS.has(name));
      const [value] = find(constraint.raw_expr, "SQLValueFunction");
      const name =
        call?.volatility === "volatile" ? call.name : (clock ?? value?.op?.replace("SVFOP_", "").toLowerCase());
      if (name === undefined) continue;
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "constraint", name: `${tableName(table)}.${constraint.conname ?? "check"}` },
        message: `This CHECK asks ${name}, whose answer changes: a row that passes today may fail when it is updated or restored.`,
        remedy: { text: "Compare with a column of the row, or test the value in a trigger when it is stored." },
      };
    }
  },
};
