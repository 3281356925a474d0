import type { CreateFunctionStmt, CreateTrigStmt, DefineStmt, FunctionParameter, Node, ViewStmt } from "libpg-query";
import { deparseType } from "../../sql/deparse.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import type { CreateObject } from "../kinds/create-object.js";
import type { OtherObjectKind } from "../shapes.js";
import { dottedName, relationName } from "./names.js";
import { otherObjectKind } from "./object-kinds.js";
import type { Draft } from "./reader.js";
import { tablesRead } from "./tables-read.js";

/** What every CREATE has unless its statement says otherwise. */
export function created(
  objectKind: OtherObjectKind,
  name: QualifiedName,
  more: Partial<Pick<CreateObject, "table" | "signature" | "replace" | "ifNotExists" | "reads">> = {},
): readonly Draft[] {
  const plain = { table: null, signature: null, replace: false, ifNotExists: false, reads: [] };
  return [{ kind: "create-object", objectKind, name, ...plain, ...more }];
}

export function readView(tree: ViewStmt): readonly Draft[] {
  return created("view", relationName(tree.view), { replace: tree.replace ?? false, reads: tablesRead(tree.query) });
}

export function readFunction(tree: CreateFunctionStmt): readonly Draft[] {
  const parameters = (tree.parameters ?? []).flatMap((node) =>
    "FunctionParameter" in node ? [node.FunctionParameter] : [],
  );
  const signature = parameters
    .filter(isInput)
    .map((parameter) => deparseType(parameter.argType))
    .join(", ");
  const kind = tree.is_procedure ? "procedure" : "function";
  return created(kind, dottedName(tree.funcname), { signature, replace: tree.replace ?? false });
}

function isInput(parameter: FunctionParameter): boolean {
  return parameter.mode !== "FUNC_PARAM_OUT" && parameter.mode !== "FUNC_PARAM_TABLE";
}

export function readTrigger(tree: CreateTrigStmt): readonly Draft[] {
  const table = relationName(tree.relation);
  const reads = tree.constrrel ? [table, relationName(tree.constrrel)] : [table];
  return created(
    "trigger",
    { schema: null, name: tree.trigname ?? "" },
    { table, reads, replace: tree.replace ?? false },
  );
}

/** CREATE AGGREGATE, OPERATOR, COLLATION, TYPE (base) and TEXT SEARCH objects. */
export function readDefine(tree: DefineStmt): readonly Draft[] {
  const kind = otherObjectKind(tree.kind);
  const signature = kind === "aggregate" ? aggregateArguments(tree.args) : null;
  const more = { signature, replace: tree.replace ?? false, ifNotExists: tree.if_not_exists ?? false };
  return created(kind, dottedName(tree.defnames), more);
}

function aggregateArguments(nodes: readonly Node[] | undefined): string {
  const [first] = nodes ?? [];
  const items = first && "List" in first ? (first.List.items ?? []) : [];
  return items
    .flatMap((node) => ("FunctionParameter" in node ? [deparseType(node.FunctionParameter.argType)] : []))
    .join(", ");
}
