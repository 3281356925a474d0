import type { IndexObject } from "../../catalog/catalog.js";
import { columnInstead } from "../../sql/column-instead.js";
import { deparse } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { type Carried, freshName, type StandIn, treeOf } from "./stand-in.js";

/** Indexes over the column: each is built over the second one, and gets the name in the end. Throws `NotRewritable`. */
export function carryIndexes(indexes: readonly IndexObject[], standIn: StandIn, context: RewriteContext): Carried {
  const { name, fresh, table, ref } = standIn;
  const relation = readableRelation(table);
  const inSchema = (index: string) => readableRelation({ ...table, relname: index });
  const each = indexes.map((index) => {
    const own = index.id.name;
    refuseUncarriedIndex(index);
    const stmt = as(treeOf(index.definition ?? "", `the index ${own}`, standIn), "IndexStmt");
    const spare = freshName(own, ref, context);
    const copy = columnInstead(stmt ?? {}, name, fresh);
    const sql = deparse({ IndexStmt: { ...copy, relation: table, idxname: spare, concurrent: true } });
    const targets = index.attributes.statistics as readonly string[];
    const { clustered, replicaIdentity, comment } = index.attributes;
    return {
      build: { sql, phase: "expand", slug: "index" } satisfies Move,
      own: inSchema(own),
      take: [
        `ALTER INDEX ${inSchema(spare)} RENAME TO ${readableName(own)}`,
        ...targets.map((target) => {
          const [at, value] = target.split("=");
          return `ALTER INDEX ${inSchema(own)} ALTER COLUMN ${at} SET STATISTICS ${value}`;
        }),
        ...(clustered === true ? [`ALTER TABLE ${relation} CLUSTER ON ${readableName(own)}`] : []),
        ...(replicaIdentity === true
          ? [`ALTER TABLE ${relation} REPLICA IDENTITY USING INDEX ${readableName(own)}`]
          : []),
        ...(typeof comment === "string" ? [`COMMENT ON INDEX ${inSchema(own)} IS ${literal(comment)}`] : []),
      ],
    };
  });
  return {
    unproved: [],
    before: each.map(({ build }) => build),
    // Right after a statement that already has the table locked.
    leave: each.length === 0 ? [] : [`DROP INDEX ${each.map(({ own }) => own).join(", ")}`],
    take: each.flatMap(({ take }) => take),
  };
}

function refuseUncarriedIndex({ id, attributes, definition }: IndexObject): void {
  const why =
    definition === null
      ? "belongs to a constraint that is not carried over"
      : attributes.valid
        ? attributes.tablespace === null
          ? null
          : "has a tablespace of its own"
        : "is not valid: drop it, or build it again";
  if (why !== null) throw new NotRewritable("form", `the index ${readableName(id.name)} ${why}`);
  refuseLabels(`the index ${readableName(id.name)}`, attributes);
}

/** A security label is set by its provider, and is not carried over. */
export function refuseLabels(what: string, attributes: object): void {
  const label = Object.keys(attributes).find((key) => key.startsWith("security label"));
  if (label !== undefined) throw new NotRewritable("form", `${what} has a ${label}, which is not carried over`);
}
