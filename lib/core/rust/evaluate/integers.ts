import type { Value } from "./value.js";

type Integer = Extract<Value, { kind: "number" }>;
type Range = readonly [least: bigint, most: bigint];

const RANGES: ReadonlyMap<string, Range> = new Map(
  [8, 16, 32, 64, 128].flatMap((bits): [string, Range][] => [
    [`i${bits}`, [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]],
    [`u${bits}`, [0n, 2n ** BigInt(bits) - 1n]],
  ]),
);

export function rangeOfType(type: string): Range | undefined {
  return RANGES.get(type.replace("size", "64"));
}

/** From a suffix, as in `1u8`. */
export function integerType(name: string): string | null {
  return /^[iu](8|16|32|64|128|size)$/.test(name) ? name : null;
}

export function ofType(number: Integer, type: string | null): Integer {
  return type === null || type === number.type ? number : { ...number, type };
}

/**
 * `a + b`, `a - b`, `a * b` of integers; null for other values, and for a result that may not fit: it panics or wraps around. Where no type is
 * written, the result must fit every type that can hold both.
 */
export function calculated(operator: string, a: Integer, b: Integer): Integer | null {
  const [left, right] = [whole(a), whole(b)];
  if (left === null || right === null) return null;
  const result =
    operator === "+" ? left + right : operator === "-" ? left - right : operator === "*" ? left * right : null;
  return result === null ? null : fitting(result, [left, right], a.type ?? b.type ?? null);
}

/** `-a`. */
export function negated(a: Integer): Integer | null {
  const value = whole(a);
  if (value === null) return a.text.startsWith("-") ? null : { ...a, text: `-${a.text}` };
  const signed = a.type ? a.type.startsWith("i") : true;
  // A negative literal is written as the negation of a positive one, which its type need not have.
  return signed ? fitting(-value, value > 0n ? [-value] : [value], a.type ?? null) : null;
}

function fitting(result: bigint, operands: readonly bigint[], type: string | null): Integer | null {
  const own = type === null ? undefined : rangeOfType(type);
  const has =
    ([least, most]: Range) =>
    (value: bigint) =>
      value >= least && value <= most;
  const possible = own ? [own] : [...RANGES.values()].filter((range) => operands.every(has(range)));
  if (!possible.every((range) => has(range)(result))) return null;
  return { kind: "number", text: String(result), ...(type === null ? {} : { type }) };
}

function whole({ text }: Integer): bigint | null {
  return /^-?\d+$/.test(text) ? BigInt(text) : null;
}
