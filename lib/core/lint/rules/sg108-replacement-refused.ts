import type { ViewStmt } from "libpg-query";
import { sameType } from "../../postgres/column-type.js";
import { as, strings } from "../../sql/tree.js";
import { functionFrom } from "../known/functions.js";
import { rangeKey } from "../known/key.js";
import type { Known } from "../known/known.js";
import { outputsOf } from "../known/outputs.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { whyNotReplaced } from "./support/function-replacement.js";

export const replacementRefused: Rule = {
  id: "SG108",
  slug: "replacement-refused",
  title: "CREATE OR REPLACE changes what the server keeps",
  condition:
    "CREATE OR REPLACE VIEW that leaves out, renames or retypes a column of the existing view; CREATE OR REPLACE FUNCTION with another return type, other parameter names or fewer defaults, or of a procedure.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Drop it and what depends on it, and create all of it again, in one transaction; or give it a new name.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["ViewStmt", "CreateFunctionStmt"],
  *check(statement, known) {
    const view = as(statement.node, "ViewStmt");
    const create = as(statement.node, "CreateFunctionStmt");
    const fresh = create?.replace ? functionFrom(create, statement) : undefined;
    const existing = fresh && known.overloads.get(fresh.key);
    const why = view?.replace ? whyViewIsNot(known, view) : fresh && existing && whyNotReplaced(existing, fresh);
    if (!why) return;
    const kind = view ? "view" : fresh?.procedure ? "procedure" : "function";
    const name = view?.view ? tableName(view.view) : (fresh?.key ?? "");
    yield {
      statement,
      subject: { kind, name },
      message: `The server refuses to replace ${kind} ${name}, because ${why}.`,
      remedy: { text: `In one transaction: drop ${name} and what depends on it, and create it again.` },
    };
  },
};

/** The first columns must keep name and type; new ones may follow (checkViewColumns). */
function whyViewIsNot(known: Known, view: ViewStmt): string | null {
  if (!view.view || !view.query) return null;
  const key = rangeKey(view.view);
  const table = known.tables.get(key);
  if (table && table.origin !== "nowhere") return `${key} is a ${table.kind}`;
  const before = known.dependents.get("view", key)?.outputs;
  const after = outputsOf(known, view.query, strings(view.aliases));
  if (!before || !after) return null;
  for (const [at, { name, type }] of before.entries()) {
    const column = after[at];
    if (!column) return `it leaves out the column ${name}`;
    if (column.name !== name) return `its column ${name} becomes ${column.name}`;
    if (type && column.type && !sameType(type, column.type)) return `its column ${name} gets another type`;
  }
  return null;
}
