import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { cfgOf } from "../syntax/attributes.js";
import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { variantsOf } from "../syntax/variants.js";
import { describe } from "./names.js";

/** The values of an enum type: a list, or the variants that `Enum::iter()` iterates over, with `skip(n)`. */
export function enumValues(machine: Machine, value: Value | undefined): readonly Value[] {
  if (value?.kind === "list") return value.items;
  const head = value?.kind === "term" && value.args.length === 0 ? value.head : null;
  if (!head || value?.kind !== "term" || head.at(-1) !== "iter") {
    throw new NotLowered(`The values ${describe(value)} of the type are not known`);
  }
  let all = enumVariants(machine, head, value.node);
  if (!all)
    throw new NotLowered(
      `The enum ${head.slice(0, -1).join("::")} is not among the files, or its variants are not known`,
    );
  for (const call of value.calls) {
    const [count] = call.args;
    if (call.method !== "skip" || count?.kind !== "number")
      throw new NotLowered(`What ${call.method} leaves of the values is not known`);
    all = all.slice(Number(count.text));
  }
  return all;
}

/** The variants that `Enum::iter()` of strum or `enum_iterator::all::<Enum>()` iterates over. Null when it is neither, or when they are unknown. */
export function enumVariants(machine: Machine, path: readonly string[], node: RustNode): readonly Value[] | null {
  const all = path.slice(-2).join("::") === "enum_iterator::all";
  const asked = node.field("function")?.field("type_arguments")?.plain[0] ?? null;
  const type = all && asked ? pathOf(asked) : path.at(-1) === "iter" ? path.slice(0, -1) : [];
  const item = type.length > 0 ? machine.crate.resolve("enum", type, node) : null;
  const body = item && item !== "ambiguous" && machine.crate.untold(item) === null ? item.node.field("body") : null;
  if (!item || item === "ambiguous" || !body) return null;
  const derives = item.attributes.some((each) => (all ? /\bSequence\b/ : /\bEnumIter\b/).test(each.text));
  const variants = variantsOf(body);
  const plain = variants.every(
    ({ node: variant, attributes }) =>
      cfgOf(attributes) === "yes" &&
      !variant.field("body") &&
      !attributes.some((each) => /\b(disabled|cfg_attr)\b/.test(each.text)),
  );
  return derives && plain
    ? variants.map(({ name, node: variant }) => ({ kind: "path", segments: [...type, name], node: variant }))
    : null;
}
