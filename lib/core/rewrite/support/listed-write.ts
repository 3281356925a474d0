import type { DeleteStmt, Node, RangeVar, UpdateStmt } from "libpg-query";
import type { Catalog, CatalogObject, ColumnObject } from "../../catalog/catalog.js";
import type { TableRef } from "../../catalog/lookup.js";
import { objectName } from "../../postgres/chosen-names.js";
import { printType } from "../../postgres/column-type.js";
import { deparse } from "../../sql/deparse.js";
import { treeAlone } from "../../sql/parse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import type { Statement } from "../../sql/statement.js";
import { as, columnsOf } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";

/** A bulk write as three: its rows are listed in a table of their own, written in batches from there, and the list goes. */
interface ListedWrite {
  readonly make: string;
  readonly fill: string;
  readonly write: string;
  readonly drop: string;
  /** The catalog with the list in it. */
  readonly catalog: Catalog;
}

interface Part {
  /** Its name in the list. */
  readonly name: string;
  readonly source: ColumnObject;
  readonly value: Node;
}

/** Null where the statement has no such form. `by`: the key of its table. */
export function listedWrite(
  sql: string,
  ref: TableRef,
  by: readonly string[],
  statement: Statement,
  context: RewriteContext,
): ListedWrite | null {
  const node = treeAlone(sql) ?? undefined;
  const write = as(node, "UpdateStmt") ?? as(node, "DeleteStmt");
  const table = write?.relation;
  if (!write || !table || write.returningClause) return null;
  const alias = table.alias?.aliasname ?? table.relname ?? "";
  const columns = columnsOfTable(table, ref, context);
  const part = (prefix: string) => (name: string, at: number) => {
    const source = columns.get(name);
    return source ? [{ name: `${prefix}_${at + 1}`, source, value: columnOf(alias, name) }] : [];
  };
  const keys = by.flatMap(part("key"));
  const sets = setsOf(write, columns);
  if (!sets || keys.length !== by.length) return null;
  const named = new Set([...columnsOf(node), ...sets.map(({ source }) => source.id.name)]);
  const was = [...named].filter((name) => !by.includes(name) && isComparable(columns.get(name))).flatMap(part("was"));
  const relname = objectName(ref.name, `${statement.index + 1}`, "rows");
  if (isTaken({ ...ref, name: relname }, context)) return null;
  const list: RangeVar = { relname, schemaname: ref.schema, inh: true, relpersistence: "p" };
  const parts = [...keys, ...sets, ...was];
  const text = readableRelation(list);
  const types = parts.map(({ name, source: { attributes } }) => {
    const collation = attributes.collation === null ? "" : ` COLLATE ${attributes.collation}`;
    return `${name} ${attributes.type}${collation}`;
  });
  const primary = keys.map(({ name }) => name).join(", ");
  return {
    make: `CREATE TABLE ${text} (${types.join(", ")}, PRIMARY KEY (${primary}))`,
    fill: `INSERT INTO ${text} (${parts.map(({ name }) => name).join(", ")}) ${selected(write, keys, parts)}`,
    write: written(write, text, { keys, sets, was }),
    drop: `DROP TABLE ${text}`,
    catalog: withList(withColumns(context.before.catalog, columns), ref, list, parts, keys),
  };
}

/** Those of the catalog, and those that the migration has added. */
function columnsOfTable(table: RangeVar, ref: TableRef, { before, known }: RewriteContext): Map<string, ColumnObject> {
  const added = [...(known.table(table)?.columns.values() ?? [])].flatMap(({ name, type, addedBy }): ColumnObject[] => {
    if (addedBy === null || type === null) return [];
    const none = { default: null, identity: "", generated: "", generationExpression: null, collation: null } as const;
    const attributes = { ...none, type: printType(type), notNull: false };
    return [
      { kind: "column", id: { schema: ref.schema, table: ref.name, name }, definition: null, attributes, position: 0 },
    ];
  });
  return new Map([...added, ...before.columns(ref)].map((each) => [each.id.name, each]));
}

function columnOf(alias: string, name: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: alias } }, { String: { sval: name } }] } };
}

/** What an UPDATE sets, by column; null for a form other than `column = value`. */
function setsOf(write: UpdateStmt | DeleteStmt, columns: ReadonlyMap<string, ColumnObject>): readonly Part[] | null {
  const targets = "targetList" in write ? (write.targetList ?? []) : [];
  const found = targets.flatMap((node, at): Part[] => {
    const target = as(node, "ResTarget");
    const source = columns.get(target?.name ?? "");
    const value = target?.val;
    const isPlain = source && value && !target.indirection?.length && !("MultiAssignRef" in value);
    return isPlain && !("SetToDefault" in value) ? [{ name: `new_${at + 1}`, source, value }] : [];
  });
  return found.length === targets.length ? found : null;
}

/** Types without an equality: `json` and `xml` have none, geometric types compare by area. */
function isComparable(column: ColumnObject | undefined): boolean {
  return column !== undefined && !/^(json|xml|point|box|circle|polygon|line|lseg|path)\b/.test(column.attributes.type);
}

function isTaken({ schema, name }: TableRef, { before }: RewriteContext): boolean {
  return before.catalog.objects.some(({ kind, id }) => id.name === name && id.schema === schema && kind !== "column");
}

function selected(write: UpdateStmt | DeleteStmt, keys: readonly Part[], parts: readonly Part[]): string {
  const { relation, whereClause, withClause } = write;
  const others = ("fromClause" in write ? write.fromClause : "usingClause" in write ? write.usingClause : []) ?? [];
  const isDelete = !("targetList" in write);
  return deparse({
    SelectStmt: {
      ...(withClause ? { withClause } : {}),
      ...(isDelete && others.length > 0 ? { distinctClause: keys.map(({ value }) => value) } : {}),
      targetList: parts.map(({ value }) => ({ ResTarget: { val: value } })),
      fromClause: [{ RangeVar: relation ?? {} }, ...others],
      ...(whereClause ? { whereClause } : {}),
      limitOption: "LIMIT_OPTION_DEFAULT",
      op: "SETOP_NONE",
    },
  });
}

/** A row that was written since the list was made stays as it is. */
function written(
  { relation = {}, ...write }: UpdateStmt | DeleteStmt,
  list: string,
  { keys, sets, was }: { keys: readonly Part[]; sets: readonly Part[]; was: readonly Part[] },
): string {
  const { alias: _, ...plain } = relation;
  const table = readableRelation(plain);
  const own = ({ source }: Part) => `t.${readableName(source.id.name)}`;
  const same = [
    ...keys.map((each) => `${own(each)} = l.${each.name}`),
    ...was.map((each) => `${own(each)} IS NOT DISTINCT FROM l.${each.name}`),
  ];
  if (!("targetList" in write)) return `DELETE FROM ${table} t USING ${list} l WHERE ${same.join(" AND ")}`;
  const changes = sets.map(({ name, source }) => {
    const before = was.find((each) => each.source === source);
    return before ? `l.${name} IS DISTINCT FROM l.${before.name}` : null;
  });
  const isChanged = changes.includes(null) ? [] : [`(${changes.join(" OR ")})`];
  const values = sets.map(({ name, source }) => `${readableName(source.id.name)} = l.${name}`);
  return `UPDATE ${table} t SET ${values.join(", ")} FROM ${list} l WHERE ${[...same, ...isChanged].join(" AND ")}`;
}

function withColumns(catalog: Catalog, columns: ReadonlyMap<string, ColumnObject>): Catalog {
  const known = new Set<CatalogObject>(catalog.objects);
  return { ...catalog, objects: [...catalog.objects, ...[...columns.values()].filter((each) => !known.has(each))] };
}

/** The list is not there before the migration, but when its rows are written. */
function withList(
  catalog: Catalog,
  ref: TableRef,
  { relname = "" }: RangeVar,
  parts: readonly Part[],
  keys: readonly Part[],
): Catalog {
  const of = ({ kind, id }: CatalogObject) => kind === "table" && id.schema === ref.schema && id.name === ref.name;
  const table = catalog.objects.find(of);
  const key = catalog.objects.find(
    (each) => each.kind === "constraint" && each.attributes.columns.length > 0 && each.id.schema === ref.schema,
  );
  const made: unknown[] = [
    { ...table, id: { schema: ref.schema, name: relname } },
    ...parts.map(({ name, source }) => ({
      ...source,
      id: { ...source.id, table: relname, name },
      attributes: { ...source.attributes, default: null, identity: "", generated: "", generationExpression: null },
    })),
    {
      ...key,
      kind: "constraint",
      id: { schema: ref.schema, table: relname, name: `${relname}_pkey` },
      definition: null,
      attributes: {
        type: "p",
        columns: keys.map(({ name }) => name),
        validated: true,
        enforced: true,
        deferrable: false,
        deferred: false,
        references: null,
      },
    },
  ];
  return { ...catalog, objects: [...catalog.objects, ...(made as CatalogObject[])] };
}
