import type { CheckSpec } from "../operations/index.js";
import type { Probe } from "./probe.js";
import { columnsNamed } from "./support/columns-named.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";
import { validatedConstraints } from "./support/validated-constraints.js";

/** Rows that a CHECK would refuse. As on the server, a row for which it is neither true nor false is accepted. */
export const check: Probe = {
  code: "probe.check",
  derive(operation, moment) {
    return validatedConstraints(operation, moment).flatMap(({ table, constraint }) => {
      if (constraint.type !== "check") return [];
      const { expression, noInherit }: CheckSpec = constraint;
      return [
        failingRows(moment.before, {
          code: check.code,
          subject: { kind: "table", name: tableName(table) },
          statement: operation.statement,
          meaning: `rows of ${tableName(table)} for which ${expression} is false`,
          table,
          condition: `(${expression}) IS FALSE`,
          columns: columnsNamed(table, [expression]),
          own: noInherit,
          why: "refused",
          set: null,
        }),
      ];
    });
  },
};
