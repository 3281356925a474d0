import type { PartitionBoundSpec, RangeVar } from "libpg-query";
import { nameIn, schemaIn } from "../../lint/known/key.js";
import { objectName } from "../../postgres/chosen-names.js";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as, columnName } from "../../sql/tree.js";
import type { Move, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { singleAlter } from "../support/single-alter.js";

export const attachPartition: RewriteKind = {
  id: "attach-partition",
  title: "ATTACH PARTITION of a table whose rows a validated CHECK proves to fit",
  takesAway: ["SG068"],
  rewrite(statement, { known }) {
    const alter = singleAlter(statement, "AT_AttachPartition");
    const command = as(alter?.command.def, "PartitionCmd");
    const partition = command?.name;
    if (!alter || !partition || !command.bound) return null;
    const now = known.table(partition);
    if (now?.constraints.some(({ type, validated }) => type === "check" && validated)) return null;
    if (known.isNew(partition, statement) && !now?.filled) return null;
    const parent = known.table(alter.table);
    const key = parent?.partitionKey;
    const [column, ...others] = key?.columns ?? [];
    if (!key || key.hasExpression || column === undefined || others.length > 0)
      throw new NotRewritable(
        "form",
        `a bound over more than one column, or over an expression, is not written as a CHECK`,
      );
    const fits = fitsBound(command.bound, readableName(column));
    const [spare] = [...(parent?.partitions ?? [])].filter(([, { isDefault }]) => isDefault);
    const checks = [
      checked(partition, fits, "bound"),
      ...(spare ? [checked(rangeOf(spare[0]), `NOT (${fits})`, "outside")] : []),
    ];
    return {
      moves: [
        ...checks.flatMap(({ make }) => make),
        { sql: statement.sql, phase: "switch", slug: "attach" },
        ...checks.map(({ drop }): Move => ({ sql: drop, phase: "switch", slug: "attach" })),
      ],
    };
  },
};

function rangeOf(key: string): RangeVar {
  const schemaname = schemaIn(key);
  return { relname: nameIn(key), ...(schemaname === null ? {} : { schemaname }) };
}

function checked(table: RangeVar, expression: string, word: string) {
  const relation = readableRelation(table);
  const name = readableName(objectName(table.relname ?? "", word, "check"));
  const add = `ALTER TABLE ${relation} ADD CONSTRAINT ${name} CHECK (${expression}) NOT VALID`;
  const make: readonly Move[] = [
    { sql: add, phase: "expand", slug: "check" },
    { sql: `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${name}`, phase: "expand", slug: "validate" },
  ];
  return { make, drop: `ALTER TABLE ${relation} DROP CONSTRAINT ${name}` };
}

/** The bound of a partition over one column, as the server itself would write it. Throws `NotRewritable`. */
function fitsBound(bound: PartitionBoundSpec, column: string): string {
  const present = `${column} IS NOT NULL`;
  if (bound.is_default || bound.strategy === "h")
    throw new NotRewritable(
      "no-way",
      `the bound of a ${bound.is_default ? "DEFAULT" : "hash"} partition is not proved by a CHECK`,
    );
  if (bound.strategy === "l") {
    const values = (bound.listdatums ?? []).map(deparse);
    if (values.some((value) => /^null$/i.test(value)))
      throw new NotRewritable("form", "a list bound with NULL is not written as a CHECK");
    return `${present} AND ${column} IN (${values.join(", ")})`;
  }
  const lower = datum(bound.lowerdatums?.[0]);
  const upper = datum(bound.upperdatums?.[0]);
  return [
    present,
    ...(lower === null ? [] : [`${column} >= ${lower}`]),
    ...(upper === null ? [] : [`${column} < ${upper}`]),
  ].join(" AND ");
}

/** Null for MINVALUE and MAXVALUE. */
function datum(node: Parameters<typeof deparse>[0] | undefined): string | null {
  const edge = columnName(node)?.toLowerCase();
  if (!node || edge === "minvalue" || edge === "maxvalue") return null;
  return deparse(node);
}
