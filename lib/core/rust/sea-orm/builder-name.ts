import type { Term } from "../evaluate/value.js";

/** `Table::create` for `Table::create()` and for `TableCreateStatement::new()`: what starts a builder, by one name. */
export function builderOf({ head }: Term): string {
  const name = head.slice(-2).join("::");
  const [, type, verb] =
    /^(\w+?)?(Select|Insert|Update|Delete|Create|Alter|Drop|Rename|Truncate)Statement::new$/.exec(name) ?? [];
  return verb === undefined ? name : `${type ?? "Query"}::${verb.toLowerCase()}`;
}
