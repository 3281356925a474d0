import type { CreateTrigStmt } from "libpg-query";
import type { TableRef } from "../../catalog/lookup.js";
import { type ExpressionNames, whyMutable } from "../../postgres/mutable-expression.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { queryOf, treeIn } from "../../sql/body-tree.js";
import { nodesWith } from "../../sql/body-variables.js";
import { isParsed, parseStatement, treeAlone } from "../../sql/parse.js";
import { plpgsqlTree } from "../../sql/plpgsql-tree.js";
import { readableName } from "../../sql/readable-name.js";
import { as, strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";

/** Bits of pg_trigger.tgtype, which CreateTrigStmt has too. */
const BEFORE = 2;
const UPDATE = 16;

/** Triggers of the server's own extensions that write the time, or who made the change. */
const STAMPS: ReadonlySet<string> = new Set(["moddatetime", "insert_username"]);

const NOTHING_KNOWN: ExpressionNames = { column: () => null, ownIsMutable: () => null };

/**
 * A trigger that fires on every UPDATE and leaves a mark (the time in a column, a row in a log) would leave it for each filled row. Others are left
 * to the proof. Throws `NotRewritable`.
 */
export function refuseTouched(table: TableRef, context: RewriteContext): void {
  for (const { id, attributes, definition } of context.before.triggers(table)) {
    const made = as(treeAlone(definition ?? "") ?? undefined, "CreateTrigStmt");
    const isMet = attributes.enabled !== "D" && made?.row && ((made.events ?? 0) & UPDATE) !== 0;
    if (!made || !isMet || made.columns || made.whenClause) continue;
    const mark = markOf(made, context);
    if (mark !== null)
      throw new NotRewritable(
        "backfill",
        `the trigger ${readableName(id.name)} of ${readableName(table.name)} ${mark} for each row that is filled, and the original fires none`,
      );
  }
}

function markOf(made: CreateTrigStmt, { before, known }: RewriteContext): string | null {
  const parts = strings(made.funcname);
  const name = parts.at(-1) ?? "";
  if (STAMPS.has(name)) return "writes a column";
  const isCalled = (id: { readonly name: string; readonly schema?: string | null }) =>
    id.name === name && (parts.length === 1 || id.schema === parts.at(-2));
  const called = before.all("function").find(({ id }) => isCalled(id));
  const body = treeOfBody(called?.definition ?? "");
  const writes = [...nodesWith(body, "PLpgSQL_stmt_execsql")].some((each) =>
    /^\s*(insert|update|delete|merge)\b/i.test(queryOf(treeIn(each, "PLpgSQL_stmt_execsql")?.sqlstmt)),
  );
  if (writes) return "writes another row";
  const stamps = [...nodesWith(body, "PLpgSQL_stmt_assign")].some((each) => {
    const text = queryOf(treeIn(each, "PLpgSQL_stmt_assign")?.expr);
    const value = treeAlone(`SELECT ${text.replace(/^[^=]*?:?=/, "")}`) ?? undefined;
    const isMutable = whyMutable(value, NOTHING_KNOWN) !== null || volatileCall(value, known.functions);
    return /^\s*new\./i.test(text) && isMutable;
  });
  return stamps && ((made.timing ?? 0) & BEFORE) !== 0 ? "writes a column" : null;
}

/** Null where it is not a PL/pgSQL body. */
function treeOfBody(sql: string): unknown {
  const parsed = parseStatement({ index: 0, sql, source: { file: "function", line: 1, column: 1 } });
  try {
    return isParsed(parsed) ? plpgsqlTree(parsed).tree : null;
  } catch {
    return null;
  }
}
