import type { Node } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";
import { treeAlone } from "../../sql/parse.js";
import { readableName } from "../../sql/readable-name.js";
import { allCommands, as, listItems, strings } from "../../sql/tree.js";
import { typesNamed } from "../../sql/type-instead.js";
import { NotRewritable } from "../refusal.js";
import { isSameColumn, type ReplacedEnum } from "./replaced-enum.js";

/** Between the first and the last statement that replaces an enum, its names mean other types than in the plan. Throws `NotRewritable`. */
export function refuseSpoken(replaced: ReplacedEnum, { script }: LintStatement): void {
  const places = [...replaced.statements, ...replaced.columns.map(({ at }) => at)];
  const [from, to] = [Math.min(...places), Math.max(...places)];
  const names = [[replaced.old.id.name], strings(replaced.create.typeName), replaced.made, replaced.aside ?? []];
  const keys = new Set(names.flatMap((parts) => parts.at(-1) ?? []));
  for (const { index, sql, source } of script.statements) {
    if (index <= from || index >= to || replaced.statements.includes(index)) continue;
    const tree = treeAlone(sql);
    const spoken = tree && spokenIn(tree, sql, replaced).find((parts) => keys.has(parts.at(-1) ?? ""));
    if (spoken)
      throw new NotRewritable(
        "depends",
        `line ${source.line} names the type ${readableName(spoken.at(-1) ?? "")} while it is replaced: put it before or after`,
      );
  }
}

function spokenIn(tree: Node, sql: string, { columns }: ReplacedEnum): readonly (readonly string[])[] {
  if ("DoStmt" in tree || "CreateFunctionStmt" in tree)
    return (sql.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).map((word) => [word]);
  const commands = allCommands(tree);
  const rest = commands.filter((each) => !columns.some((column) => isSameColumn(each, column)));
  const { objectType, object } = as(tree, "AlterOwnerStmt") ?? as(tree, "AlterObjectSchemaStmt") ?? {};
  const grant = as(tree, "GrantStmt");
  const about = [
    ...(objectType === "OBJECT_TYPE" ? [strings(listItems(object))] : []),
    ...(grant?.objtype === "OBJECT_TYPE" ? (grant.objects ?? []).map((each) => strings(listItems(each))) : []),
    ...(as(tree, "AlterEnumStmt") ? [strings(as(tree, "AlterEnumStmt")?.typeName)] : []),
  ];
  return [...about, ...typesNamed(commands.length > 0 ? rest.map(({ command }) => command) : tree)];
}
