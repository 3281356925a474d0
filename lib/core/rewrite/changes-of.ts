import type { Node } from "libpg-query";
import { allCommands, as, listItems, strings, visit } from "../sql/tree.js";

export interface NamedObject {
  readonly kind: "relation" | "column" | "other";
  readonly name: string;
  /** A column's table. */
  readonly table?: string;
}

export interface Changes {
  readonly drops: readonly NamedObject[];
  readonly makes: readonly NamedObject[];
  /** Every name that it mentions. */
  readonly names: ReadonlySet<string>;
}

const cached = new WeakMap<Node, Changes>();

/** What a statement creates and removes, by bare names: two that may be the same count as the same. */
export function changesOf(node: Node): Changes {
  const known = cached.get(node);
  if (known) return known;
  const drops: NamedObject[] = [];
  const makes: NamedObject[] = [];
  const relation = (name: string | undefined): NamedObject[] =>
    name === undefined ? [] : [{ kind: "relation", name }];
  for (const { table, command } of allCommands(node)) {
    const of = table.relname ?? "";
    const column = as(command.def, "ColumnDef")?.colname;
    const constraint = as(command.def, "Constraint")?.conname;
    if (command.subtype === "AT_AddColumn" && column) makes.push({ kind: "column", name: column, table: of });
    if (command.subtype === "AT_DropColumn") drops.push({ kind: "column", name: command.name ?? "", table: of });
    if (command.subtype === "AT_AddConstraint" && constraint) makes.push({ kind: "other", name: constraint });
    if (command.subtype === "AT_DropConstraint") drops.push({ kind: "other", name: command.name ?? "" });
  }
  for (const object of as(node, "DropStmt")?.objects ?? [])
    drops.push(...relation(strings(as(object, "ObjectWithArgs")?.objname ?? listItems(object)).at(-1)));
  const rename = as(node, "RenameStmt");
  if (rename?.renameType === "OBJECT_COLUMN") {
    const table = rename.relation?.relname ?? "";
    drops.push({ kind: "column", name: rename.subname ?? "", table });
    makes.push({ kind: "column", name: rename.newname ?? "", table });
  } else if (rename) {
    drops.push(...relation(rename.relation?.relname));
    makes.push(...relation(rename.newname));
  }
  makes.push(...relation(as(node, "ViewStmt")?.view?.relname));
  makes.push(...relation(as(node, "CreateStmt")?.relation?.relname));
  makes.push(...relation(as(node, "CreateTableAsStmt")?.into?.rel?.relname));
  makes.push(...relation(as(node, "IndexStmt")?.idxname));
  makes.push(...relation(as(node, "CreateTrigStmt")?.trigname));
  makes.push(...relation(strings(as(node, "CreateFunctionStmt")?.funcname).at(-1)));
  makes.push(...relation(as(node, "CreatePolicyStmt")?.policy_name));
  const changes = { drops, makes, names: namesIn(node) };
  cached.set(node, changes);
  return changes;
}

export function isSameObject(a: NamedObject, b: NamedObject): boolean {
  return a.kind === b.kind && a.name === b.name && a.table === b.table;
}

function namesIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  visit(node, (_, tree) => {
    for (const value of Object.values(tree)) if (typeof value === "string") names.add(value);
  });
  return names;
}
