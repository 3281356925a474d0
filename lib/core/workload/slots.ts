import type { Node } from "libpg-query";
import { shape } from "./query-id.js";

/** A place in a query for a value or a parameter. */
export interface Slot {
  /** In bytes of the text. */
  readonly at: number;
  /** The type's name as written before the value, in bytes: `interval '1 day'`; null for a value without one. */
  readonly typeAt: number | null;
  /** Null for a value. */
  readonly parameter: number | null;
  /** What a value must keep when it becomes a parameter; null when the server infers it as for a quoted text. */
  readonly cast: string | null;
  /** Equal for the same value in the same expression: GROUP BY must still find the expression that it groups by. */
  readonly key: string;
}

/** Parts whose constants are grammar: type names with their lengths, options, paths. */
const GRAMMAR: ReadonlySet<string> = new Set(["TypeName", "typeName", "DefElem", "JsonTablePathSpec", "CollateClause"]);

/** Lists in which a number by itself is an output column's position. */
const POSITIONS: ReadonlySet<string> = new Set(["sortClause", "groupClause", "distinctClause"]);

/** Every value and parameter of a statement, in the order of the text. */
export function slotsOf(node: Node): readonly Slot[] {
  const found: Slot[] = [];
  walk(node, { parent: null, typeAt: null }, found);
  return found.sort((a, b) => a.at - b.at);
}

interface Around {
  readonly parent: unknown;
  readonly typeAt: number | null;
}

function walk(value: unknown, around: Around, found: Slot[]): void {
  if (Array.isArray(value)) for (const item of value) walk(item, around, found);
  else if (value !== null && typeof value === "object") walkNode(value as Record<string, unknown>, around, found);
}

function walkNode(body: Record<string, unknown>, around: Around, found: Slot[]): void {
  for (const [key, child] of Object.entries(body)) {
    if (GRAMMAR.has(key) || child === null || typeof child !== "object") continue;
    if (key === "A_Const") found.push(...valueSlot(child as Constant, around));
    else if (key === "ParamRef") found.push(parameterSlot(child as Parameter, around));
    else if (POSITIONS.has(key)) walk(withoutPositions(child), around, found);
    else if (key === "TypeCast") walk(child, { parent: body, typeAt: typeInFront(child as Cast) }, found);
    else walk(child, /^[A-Z]/.test(key) ? { parent: body, typeAt: null } : around, found);
  }
}

interface Constant {
  readonly location?: number;
  readonly ival?: { readonly ival?: number };
  readonly fval?: { readonly fval?: string };
  readonly sval?: { readonly sval?: string };
  readonly bsval?: object;
}

interface Parameter {
  readonly number?: number;
  readonly location?: number;
}

interface Cast {
  readonly arg?: { readonly A_Const?: Constant; readonly ParamRef?: Parameter };
  readonly typeName?: { readonly location?: number };
}

/** Booleans and NULL reveal nothing about anybody, and stay. */
function valueSlot(constant: Constant, { parent, typeAt }: Around): readonly Slot[] {
  if (!constant.ival && !constant.fval && !constant.sval && !constant.bsval) return [];
  const { location, ...value } = constant;
  const key = `${JSON.stringify(value)} ${JSON.stringify(shape(parent))}`;
  return [{ at: location ?? 0, typeAt, parameter: null, cast: castOf(constant), key }];
}

function parameterSlot({ number = 0, location = 0 }: Parameter, { typeAt }: Around): Slot {
  return { at: location, typeAt, parameter: number, cast: null, key: `$${number}` };
}

/** A quoted text takes its type from its surroundings, as a parameter does; a number has its own. */
function castOf({ ival, fval, bsval }: Constant): string | null {
  if (ival) return "int4";
  if (bsval) return "bit varying";
  if (!fval) return null;
  return /^-?\d{1,19}$/.test(fval.fval ?? "") && fitsBigint(fval.fval ?? "") ? "int8" : "numeric";
}

function fitsBigint(digits: string): boolean {
  const value = BigInt(digits);
  return value === BigInt.asIntN(64, value);
}

/** `interval '1 day'`, `date $1`: what a server that replaces values turns it into is not SQL; a cast is. */
function typeInFront({ arg, typeName }: Cast): number | null {
  const at = arg?.A_Const?.location ?? arg?.ParamRef?.location;
  const type = typeName?.location ?? 0;
  return at !== undefined && type >= 0 && type < at ? type : null;
}

function withoutPositions(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list.filter((item) => {
    const inner = item?.SortBy?.node ?? item;
    return !(inner && "A_Const" in inner);
  });
}
