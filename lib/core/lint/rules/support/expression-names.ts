import type { RangeVar } from "libpg-query";
import type { ExpressionNames } from "../../../postgres/mutable-expression.js";
import { as } from "../../../sql/tree.js";
import { columnsFrom } from "../../known/from-definition.js";
import { rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { KnownColumn } from "../../known/table.js";
import type { LintStatement } from "../../lint-statement.js";

/** What is known about the names in an expression over a table, including a table that the statement creates. */
export function namesOf(known: Known, statement: LintStatement, relation: RangeVar): ExpressionNames {
  const fresh = columnsFrom(as(statement.node, "CreateStmt")?.tableElts, statement);
  const columns = new Map<string, KnownColumn>([
    ...(known.tables.get(rangeKey(relation))?.columns ?? []),
    ...fresh.map((column) => [column.name, column] as const),
  ]);
  return {
    column: (name) => columns.get(name)?.type ?? null,
    ownIsMutable: (name) => {
      const own = [...known.overloads.values()].filter(({ key }) => key.split("(")[0]?.split(".").at(-1) === name);
      if (own.length === 0) return null;
      // The server may inline an SQL function, whatever its declaration says.
      return own.every(({ volatility, language }) => volatility !== "immutable" && language !== "sql");
    },
  };
}
