import { names } from "../../catalog/tables.js";
import { columnInstead, speaksOf } from "../../sql/column-instead.js";
import { deparse } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { refuseLabels } from "./carry-indexes.js";
import { type Carried, freshName, type StandIn, treeOf } from "./stand-in.js";

/** Extended statistics over the column. They gather nothing until ANALYZE, so they are created before the swap. */
export function carryStatistics(standIn: StandIn, context: RewriteContext): Carried {
  const { ref, name, fresh } = standIn;
  const each = context.before.all("statistics").flatMap((object) => {
    const what = `the statistics ${readableName(object.id.name)}`;
    const stmt = as(treeOf(object.definition ?? "", what, standIn), "CreateStatsStmt");
    const on = as(stmt?.relations?.[0], "RangeVar");
    if (!stmt || !on || !names(`${on.schemaname ?? ""}.${on.relname ?? ""}`, ref)) return [];
    if (!speaksOf({ CreateStatsStmt: stmt }, name)) return [];
    refuseLabels(what, object.attributes);
    const schema = object.id.schema ?? "public";
    const spare = freshName(object.id.name, { schema, name: ref.name }, context);
    const inSchema = (relname: string) => readableRelation({ relname, schemaname: schema });
    const copy = columnInstead(stmt, name, fresh);
    const sql = deparse({
      CreateStatsStmt: { ...copy, defnames: [{ String: { sval: schema } }, { String: { sval: spare } }] },
    });
    const own = inSchema(object.id.name);
    const { statistics, comment } = object.attributes;
    return {
      sql,
      leave: `DROP STATISTICS ${own}`,
      take: [
        `ALTER STATISTICS ${inSchema(spare)} RENAME TO ${readableName(object.id.name)}`,
        ...(typeof statistics === "number" ? [`ALTER STATISTICS ${own} SET STATISTICS ${statistics}`] : []),
        ...(typeof comment === "string" ? [`COMMENT ON STATISTICS ${own} IS ${literal(comment)}`] : []),
      ],
    };
  });
  return {
    unproved: [],
    before: each.map(({ sql }) => ({ sql, phase: "expand", slug: "statistics" })),
    leave: each.map(({ leave }) => leave),
    take: each.flatMap(({ take }) => take),
  };
}
