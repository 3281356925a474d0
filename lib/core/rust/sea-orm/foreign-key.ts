import { identifier } from "../../sql/quote.js";
import { alterTableText, type ForeignKeyText, foreignKeyText, type TableName } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { describe, nameOf, namesOf, tableOf } from "./names.js";

interface Collected {
  name: string | null;
  table: TableName | null;
  columns: string[];
  references: TableName | null;
  referencedColumns: string[];
  onDelete: string | null;
  onUpdate: string | null;
}

const ACTIONS: Readonly<Record<string, string>> = {
  Restrict: "RESTRICT",
  Cascade: "CASCADE",
  SetNull: "SET NULL",
  NoAction: "NO ACTION",
  SetDefault: "SET DEFAULT",
};

/** The constraint of `ForeignKey::create()` or `TableForeignKey::new()`, and its table when that is given. */
export function foreignKeyOf(
  machine: Machine,
  value: Value | undefined,
): { readonly key: ForeignKeyText; readonly table: TableName | null } {
  if (value?.kind !== "term") throw new NotLowered(`${describe(value)} is not known to describe a foreign key`);
  const found = collect(machine, value);
  if (!found.references) throw new NotLowered("The foreign key does not say which table it points at", value.node);
  return { key: { ...found, references: found.references }, table: found.table };
}

function collect(machine: Machine, term: Term): Collected {
  const key: Collected = {
    name: null,
    table: null,
    columns: [],
    references: null,
    referencedColumns: [],
    onDelete: null,
    onUpdate: null,
  };
  for (const { method, args } of term.calls) {
    const [first, second] = args;
    if (method === "name") key.name = nameOf(machine, first);
    else if (method === "from") {
      key.table = tableOf(machine, first);
      key.columns = [...namesOf(machine, second)];
    } else if (method === "to") {
      key.references = tableOf(machine, first);
      key.referencedColumns = [...namesOf(machine, second)];
    } else if (method === "from_tbl" || method === "table") key.table = tableOf(machine, first);
    else if (method === "to_tbl") key.references = tableOf(machine, first);
    else if (method === "from_col") key.columns.push(nameOf(machine, first));
    else if (method === "to_col") key.referencedColumns.push(nameOf(machine, first));
    else if (method === "on_delete") key.onDelete = action(first);
    else if (method === "on_update") key.onUpdate = action(first);
    else if (method !== "get_foreign_key")
      throw new NotLowered(`What ${method} does to a foreign key is not known`, term.node);
  }
  return key;
}

function action(value: Value | undefined): string {
  const name = value?.kind === "path" ? ACTIONS[value.segments.at(-1) ?? ""] : undefined;
  if (name === undefined) throw new NotLowered(`The action ${describe(value)} of a foreign key is not known`);
  return name;
}

export function createForeignKey(machine: Machine, term: Term): string {
  const { key, table } = foreignKeyOf(machine, term);
  if (!table) throw new NotLowered("The foreign key does not say which table it is on", term.node);
  return alterTableText(table, [`ADD ${foreignKeyText(key)}`]);
}

export function dropForeignKey(machine: Machine, term: Term): string {
  const key = collect(machine, term);
  if (!key.table || key.name === null)
    throw new NotLowered("The foreign key to drop has no table or no name", term.node);
  return alterTableText(key.table, [`DROP CONSTRAINT ${identifier(key.name)}`]);
}
