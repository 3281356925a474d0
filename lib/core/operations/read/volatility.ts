import type { Node } from "libpg-query";

/**
 * Built-in functions that are not volatile and are usual in defaults. A function that is not listed is taken for
 * volatile: the dry run measures the rewrite that this predicts.
 */
const STEADY = new Set(
  `now transaction_timestamp statement_timestamp timezone date_trunc date_part extract make_interval make_date make_time
  make_timestamp make_timestamptz to_timestamp to_date to_char to_number to_jsonb to_json age justify_days justify_hours
  lower upper btrim ltrim rtrim length substring substr overlay position replace concat concat_ws format left right lpad
  rpad repeat reverse md5 sha224 sha256 sha384 sha512 encode decode chr ascii initcap split_part translate quote_ident
  quote_literal json_build_object json_build_array jsonb_build_object jsonb_build_array jsonb_object json_object
  array_fill array_append string_to_array abs ceil ceiling floor round trunc power sqrt mod pi int4range int8range
  numrange tsrange tstzrange daterange point box circle line lseg path polygon inet cidr host text varchar bool
  current_database current_schema session_user current_user version current_setting to_tsvector to_tsquery hashtext
  unaccent numrange bit_length octet_length char_length character_length`.split(/\s+/),
);

/** Whether a built-in function of this name only computes. */
export function isSteady(name: string): boolean {
  return STEADY.has(name);
}

/** True when an expression calls a function that may be volatile. */
export function mayBeVolatile(node: Node): boolean {
  let volatile = false;
  visit(node, (tag, tree) => {
    if (tag === "SubLink") volatile = true;
    if (tag !== "FuncCall") return;
    const names = (tree as { funcname?: { String?: { sval?: string } }[] }).funcname ?? [];
    const schema = names.at(-2)?.String?.sval;
    const known = STEADY.has(names.at(-1)?.String?.sval ?? "");
    if (!known || (schema !== undefined && schema !== "pg_catalog")) volatile = true;
  });
  return volatile;
}

/** Calls back for every node below (and including) a tree, with its tag. */
export function visit(value: unknown, found: (tag: string, tree: object) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, found);
  } else if (value !== null && typeof value === "object") {
    for (const [key, child] of Object.entries(value)) {
      if (child !== null && typeof child === "object" && !Array.isArray(child)) found(key, child);
      visit(child, found);
    }
  }
}
