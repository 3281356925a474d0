import type { Node, VariableSetStmt } from "libpg-query";
import { constantText } from "../sql/constant-text.js";
import { deparse } from "../sql/deparse.js";
import { as, constant, find, strings } from "../sql/tree.js";

/** A session setting that a statement changes, anywhere in the statement. */
export interface SettingChange {
  /** In lower case; `all` for RESET ALL and DISCARD ALL; null when it is only known at run time. */
  readonly name: string | null;
  /** Null for the server's default, `undefined` when it is only known at run time. */
  readonly values: readonly string[] | null | undefined;
  /** A function's own setting: it applies while the function runs. */
  readonly ofFunction: boolean;
  /** Of a role, of the database or of the server: it holds in sessions to come. */
  readonly later?: true;
}

/** SET, RESET, DISCARD ALL, `set_config`, an UPDATE of pg_settings, SET clauses of functions, and ALTER ROLE, DATABASE and SYSTEM … SET. */
export function settingChanges(node: Node): readonly SettingChange[] {
  const own = as(node, "VariableSetStmt");
  const clauses = find(node, "VariableSetStmt").filter((each) => each !== own);
  return [
    ...(own ? changeOf(own, false) : []),
    ...settingsToCome(node),
    ...clauses.flatMap((each) => changeOf(each, true)),
    ...(as(node, "DiscardStmt")?.target === "DISCARD_ALL" ? [{ name: "all", values: null, ofFunction: false }] : []),
    ...find(node, "FuncCall").flatMap(({ funcname, args }) =>
      strings(funcname).at(-1) === "set_config" ? [byFunction(args ?? [])] : [],
    ),
    ...(writesSettings(node) ? [{ name: null, values: undefined, ofFunction: false }] : []),
  ];
}

function settingsToCome(node: Node): readonly SettingChange[] {
  const tree = as(node, "AlterRoleSetStmt") ?? as(node, "AlterDatabaseSetStmt") ?? as(node, "AlterSystemStmt");
  return tree?.setstmt ? changeOf(tree.setstmt, false).map((change) => ({ ...change, later: true as const })) : [];
}

/** `SET TRANSACTION` and the like have no setting name that matters here. */
function changeOf(tree: VariableSetStmt, ofFunction: boolean): readonly SettingChange[] {
  const { kind, name } = tree;
  if (kind === "VAR_SET_MULTI") return [];
  if (kind === "VAR_RESET_ALL") return [{ name: "all", values: null, ofFunction }];
  if (name === undefined) return [];
  // FROM CURRENT takes what is already set: the tenant's own.
  if (kind === "VAR_SET_CURRENT") return [];
  const values = kind === "VAR_SET_VALUE" ? (tree.args ?? []).map((each) => constant(each) ?? deparse(each)) : null;
  return [{ name: name.toLowerCase(), values, ofFunction }];
}

function byFunction([first, second]: readonly Node[]): SettingChange {
  const name = first ? constantText(first) : null;
  const value = second ? (constantText(second) ?? undefined) : undefined;
  return { name: name?.toLowerCase() ?? null, values: value === undefined ? undefined : [value], ofFunction: false };
}

/** The view has a rule that calls `set_config` for each row. */
function writesSettings(node: Node): boolean {
  return find(node, "UpdateStmt")
    .concat(as(node, "UpdateStmt") ?? [])
    .some(({ relation }) => relation?.relname === "pg_settings");
}
