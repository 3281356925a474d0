import type { LockMode } from "../../postgres/lock-modes.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { alterTable, exact, impossible } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsTable } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

/** A property of a whole table that ALTER TABLE sets. */
export type TableOption =
  | "logged"
  | "unlogged"
  | "tablespace"
  | "access method"
  | "parameters"
  | "replica identity"
  | "row security"
  | "cluster on"
  | "inherit"
  | "no inherit"
  | "of type"
  | "owner";

export interface SetTableOption extends OperationData {
  readonly kind: "set-table-option";
  readonly table: QualifiedName;
  readonly option: TableOption;
  /** What it is set to, as SQL text: the owner, the parent, the parameters, `enable`, `disable`, `force`, `no force`. */
  readonly value: string;
}

export const setTableOption: OperationType<SetTableOption> = {
  kind: "set-table-option",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    const tree = lockTree(before, resolveTable(operation.table, before), lockOf(operation.option));
    const own = tree.slice(0, 1);
    const name = operation.option === "inherit" ? parentNamed(operation) : null;
    const parent = name ? [lock(resolveTable(name, before), LOCKS["inherit, parent"])] : [];
    return effects([...own, ...parent], {
      rewrites: REWRITING.has(operation.option) ? own.map((each) => each.table) : [],
    });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const was = before.table(table)?.attributes;
    switch (operation.option) {
      case "logged":
      case "unlogged":
        return exact(...(was ? [alterTable(table, was.persistence === "u" ? "SET UNLOGGED" : "SET LOGGED")] : []));
      case "row security":
        return exact(...(was ? rowSecurity(was).map((action) => alterTable(table, action)) : []));
      case "inherit":
        return exact(alterTable(table, `NO INHERIT ${operation.value}`));
      case "no inherit":
        return exact(alterTable(table, `INHERIT ${operation.value}`));
      default:
        return impossible(`what the ${operation.option} was is read from the difference of the catalogs`);
    }
  },
  requirements(operation) {
    return [needsTable(operation.table, operation.statement)];
  },
};

/** The parent of INHERIT and NO INHERIT; null for another option. */
export function parentNamed({ option, value }: SetTableOption): QualifiedName | null {
  if (option !== "inherit" && option !== "no inherit") return null;
  const parts = [...value.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? "" };
}

const REWRITING = new Set<TableOption>(["logged", "unlogged", "tablespace", "access method"]);

function lockOf(option: TableOption): LockMode {
  if (option === "parameters") return LOCKS["set table parameters"];
  return option === "cluster on" ? LOCKS["cluster on"] : LOCKS["alter table"];
}

function rowSecurity(was: { readonly rowSecurity: boolean; readonly forceRowSecurity: boolean }): string[] {
  return [
    `${was.rowSecurity ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`,
    `${was.forceRowSecurity ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`,
  ];
}
