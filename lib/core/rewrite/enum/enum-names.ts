import { partsKey } from "../../lint/known/key.js";
import { objectName } from "../../postgres/chosen-names.js";
import { readableRelation } from "../../sql/readable-name.js";
import { strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { freshName } from "../swap/stand-in.js";
import type { ReplacedEnum } from "./replaced-enum.js";

/** What the two types are called before and after the swap, as lists of parts. */
export interface EnumNames {
  readonly old: readonly string[];
  readonly until: readonly string[];
  readonly made: readonly string[];
  readonly aside: readonly string[];
}

/** Throws `NotRewritable` where a name is taken. */
export function enumNames(replaced: ReplacedEnum, context: RewriteContext): EnumNames {
  const schema = replaced.old.id.schema ?? "public";
  const { name } = replaced.old.id;
  const created = strings(replaced.create.typeName);
  const own = created.length > 1 || schema !== "public" ? [schema] : [];
  const old = [...own, name];
  const same = (a: readonly string[]) => partsKey(a) === partsKey(old);
  const spare = (label: string) => {
    const ref = { schema, name };
    return label === "new" ? freshName(name, ref, context) : objectName(name, "", label);
  };
  return {
    old,
    until: same(created) ? [...own, spare("new")] : created,
    made: replaced.made,
    aside: replaced.aside ?? (same(replaced.made) ? [...own, spare("old")] : old),
  };
}

export function typeText(parts: readonly string[]): string {
  const [relname = "", schemaname] = [...parts].reverse();
  return readableRelation({ relname, ...(schemaname === undefined ? {} : { schemaname }) });
}
