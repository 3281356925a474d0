import type { Node, RangeVar } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { namesOf } from "../../lint/rules/support/expression-names.js";
import { whyMutable } from "../../postgres/mutable-expression.js";
import { volatileCall } from "../../postgres/volatile-call.js";
import { treeAlone } from "../../sql/parse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as, columnName } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refOf, walkedBy } from "../support/table-of.js";
import type { CopiedTable } from "./copied-table.js";

/** A column of the new table and its value over a row of the old one. */
interface CopiedColumn {
  readonly to: string;
  readonly value: Node;
}

export interface CopyShape {
  /** The old table's name in the query. */
  readonly alias: string;
  readonly columns: readonly CopiedColumn[];
  readonly where: Node | undefined;
  /** The old table's key, and what it is called in the new one. */
  readonly key: readonly { readonly from: string; readonly to: string }[];
  /** Columns of the partition key that rows keep too, so that only one partition is asked for a row. */
  readonly near: readonly { readonly from: string; readonly to: string }[];
  /** The new table's rows lead back to the old one's. */
  readonly isWhole: boolean;
}

const LIKE_INDEXES = 64;

/** Throws `NotRewritable` where the rows cannot be followed. */
export function copyShape(copied: CopiedTable, statement: LintStatement, context: RewriteContext): CopyShape {
  const { old, made, select } = copied;
  refuseWhole(copied);
  const ref = refOf(old, context);
  const own = context.before.columns(ref).toSorted((a, b) => a.position - b.position);
  const source = as(select.fromClause?.[0], "RangeVar");
  const alias = source?.alias?.aliasname ?? source?.relname ?? "";
  const values = (select.targetList ?? []).flatMap((item): readonly Node[] => {
    const value = as(item, "ResTarget")?.val;
    const isAll = as(value, "ColumnRef")?.fields?.some((field) => "A_Star" in field);
    if (isAll) return own.map(({ id }) => ({ ColumnRef: { fields: [{ String: { sval: id.name } }] } }));
    return value ? [value] : [];
  });
  const names = namesInto(
    copied,
    statement,
    context,
    own.map(({ id }) => id.name),
  );
  if (names.length < values.length)
    throw new NotRewritable("form", `the columns of ${readableRelation(made)} are not known: name them in the INSERT`);
  const columns = values.map((value, at) => ({ to: names[at] ?? "", value }));
  refuseMutable([...values, ...(select.whereClause ? [select.whereClause] : [])], copied, statement, context);
  const by = walkedBy(ref, context);
  const key = (by ?? []).flatMap((from) => {
    const to = columns.find(({ value }) => columnName(value) === from)?.to;
    return to === undefined ? [] : [{ from, to }];
  });
  if (!by || key.length < by.length)
    throw new NotRewritable(
      "backfill",
      `rows of ${readableRelation(old)} cannot be followed: it has no key of columns that are NOT NULL, or the INSERT leaves one out`,
    );
  refuseUnkeyed(
    copied,
    key.map(({ to }) => to),
    statement,
    context,
  );
  const present = new Set(own.flatMap(({ id, attributes }) => (attributes.notNull ? [id.name] : [])));
  const near = (context.known.table(made)?.partitionKey?.columns ?? []).flatMap((to) => {
    const from = columnName(columns.find((each) => each.to === to)?.value) ?? "";
    return present.has(from) && !by.includes(from) ? [{ from, to }] : [];
  });
  const plain = new Set(columns.flatMap(({ value }) => columnName(value) ?? []));
  const isAll = own.every(({ id, attributes }) => plain.has(id.name) && attributes.generated === "");
  return {
    alias,
    columns,
    where: select.whereClause,
    key,
    near,
    isWhole: isAll && !select.whereClause && context.before.triggers(ref).length === 0,
  };
}

function refuseWhole({ insert, select, old }: CopiedTable): void {
  const clauses = [select.groupClause, select.distinctClause, select.windowClause, select.lockingClause];
  const isPlain =
    clauses.every((each) => (each ?? []).length === 0) &&
    !select.limitCount &&
    !select.withClause &&
    !insert.withClause;
  if (!isPlain || insert.onConflictClause || insert.returningClause)
    throw new NotRewritable("form", `the INSERT does more than copy the rows of ${readableRelation(old)}`);
}

function refuseMutable(
  values: readonly Node[],
  { old }: CopiedTable,
  statement: LintStatement,
  { known }: RewriteContext,
): void {
  const names = namesOf(known, statement, old);
  const call = values.map((value) => volatileCall(value, known.functions)).find((each) => each);
  const why = whyMutable(values, names) ?? (call ? `${call.name} is not known to be immutable` : null);
  if (why !== null) throw new NotRewritable("form", `the INSERT writes other values at another time: ${why}`);
}

/** The columns that the INSERT writes, in order. */
function namesInto(
  { insert, made, old }: CopiedTable,
  statement: LintStatement,
  { known }: RewriteContext,
  own: readonly string[],
): readonly string[] {
  const given = (insert.cols ?? []).flatMap((item) => as(item, "ResTarget")?.name ?? []);
  if (given.length > 0) return given;
  const table = known.table(made);
  if (table?.complete) return [...table.columns.keys()];
  const elements = createOf(made, statement)?.tableElts ?? [];
  const [first] = elements;
  const isAlike = as(first, "TableLikeClause")?.relation;
  const isOnly = elements.every((each) => !("ColumnDef" in each));
  return isOnly && isAlike && rangeKey(isAlike) === rangeKey(old) ? own : [];
}

function createOf(made: RangeVar, { script }: LintStatement) {
  const all = script.statements.map(({ sql }) => as(treeAlone(sql) ?? undefined, "CreateStmt"));
  return all.find((each) => each?.relation && rangeKey(each.relation) === rangeKey(made));
}

/** A row that the trigger has copied is there already when its batch comes, and a changed one has to be found. */
function refuseUnkeyed(
  { made, old }: CopiedTable,
  key: readonly string[],
  statement: LintStatement,
  context: RewriteContext,
): void {
  const holds = (columns: readonly string[]) => key.every((column) => columns.includes(column));
  const { known } = context;
  const constraints = known.table(made)?.constraints ?? [];
  const byConstraint = constraints.some(
    ({ type, columns }) => (type === "primary" || type === "unique") && holds(columns),
  );
  const byIndex = known
    .indexesOf(rangeKey(made))
    .some(({ unique, keys }) => unique && holds(keys.flatMap((each) => each ?? [])));
  const alike = (createOf(made, statement)?.tableElts ?? []).some((each) => {
    const like = as(each, "TableLikeClause");
    return like?.relation && rangeKey(like.relation) === rangeKey(old) && ((like.options ?? 0) & LIKE_INDEXES) !== 0;
  });
  if (!byConstraint && !byIndex && !alike)
    throw new NotRewritable(
      "backfill",
      `${readableRelation(made)} has no unique key over ${key.map(readableName).join(", ")} before the INSERT, by which a row that is written meanwhile is found`,
    );
}
