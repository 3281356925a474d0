import type { CatalogObject } from "../catalog.js";
import { targetOf } from "./target.js";

/** Null for an operator that others only name as their commutator or negator: it has no function. */
export function createOperator(object: CatalogObject): string[] | null {
  const { function: routine, commutator, negator, restrict, join, merges, hashes } = object.attributes;
  if (typeof routine !== "string") return null;
  const [left = "NONE", right = "NONE"] = argumentsOf(object);
  const options = [
    `FUNCTION = ${routine}`,
    ...(left === "NONE" ? [] : [`LEFTARG = ${left}`]),
    ...(right === "NONE" ? [] : [`RIGHTARG = ${right}`]),
    ...other("COMMUTATOR", commutator),
    ...other("NEGATOR", negator),
    ...(typeof restrict === "string" ? [`RESTRICT = ${restrict}`] : []),
    ...(typeof join === "string" ? [`JOIN = ${join}`] : []),
    ...(hashes === true ? ["HASHES"] : []),
    ...(merges === true ? ["MERGES"] : []),
  ];
  const name = targetOf(object)?.name.replace(/ \([^()]*\)$/, "");
  return name === undefined ? null : [`CREATE OPERATOR ${name} (${options.join(", ")})`];
}

/** Sets the functions that the planner calls to estimate the number of rows. */
export function alterOperator(object: CatalogObject, option: "restrict" | "join"): string[] {
  const estimator = object.attributes[option];
  const value = typeof estimator === "string" ? estimator : "NONE";
  return [`ALTER OPERATOR ${targetOf(object)?.name ?? ""} SET (${option.toUpperCase()} = ${value})`];
}

/** Types have no modifiers here, and commas occur only within quotes. */
function argumentsOf({ id }: CatalogObject): readonly string[] {
  return id.signature?.match(/(?:"(?:[^"]|"")*"|[^,"])+/g)?.map((each) => each.trim()) ?? [];
}

/** Printed as a regoperator: `public.===(integer,text)`. */
function other(option: string, operator: unknown): readonly string[] {
  return typeof operator === "string" ? [`${option} = OPERATOR(${operator.replace(/\([^()]*\)$/, "")})`] : [];
}
