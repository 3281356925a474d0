const KINDS: readonly (readonly [string, RegExp])[] = [
  ["number", /^(smallint|integer|bigint|real|double precision|numeric)$/],
  ["text", /^(text|character varying|character|name)$/],
  ["time", /^(date|time.*|interval)$/],
  ["json", /^jsonb?$/],
];

/** Clients convert a value between types of one kind, by the type's name as `format_type` writes it. Any other type is a kind of its own. */
export function kindOfType(type: string): string {
  const array = type.endsWith("[]") ? "[]" : "";
  const base = array === "" ? type : type.slice(0, -2);
  return `${KINDS.find(([, names]) => names.test(base))?.[0] ?? base}${array}`;
}
