import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { cfgOf } from "../syntax/attributes.js";
import { variantsOf } from "../syntax/variants.js";
import { describe } from "./names.js";

/** The values of an enum type: a list, or the variants that `Enum::iter()` goes through, with `skip(n)`. */
export function enumValues(machine: Machine, value: Value | undefined): readonly Value[] {
  if (value?.kind === "list") return value.items;
  const head = value?.kind === "term" && value.args.length === 0 ? value.head : null;
  if (!head || value?.kind !== "term" || head.at(-1) !== "iter") {
    throw new NotLowered(`The values ${describe(value)} of the type are not known`);
  }
  const type = head.slice(0, -1);
  const item = machine.crate.resolve("enum", type, value.node);
  const body = item && item !== "ambiguous" && machine.crate.untold(item) === null ? item.node.field("body") : null;
  if (!body) throw new NotLowered(`The enum ${type.join("::")} is not among the files`);
  if (variantsOf(body).some(({ attributes }) => cfgOf(attributes) === "maybe")) {
    throw new NotLowered(`Which variants ${type.join("::")} has depends on how the code is built`);
  }
  let all: Value[] = variantsOf(body).map(({ name, node }) => ({ kind: "path", segments: [...type, name], node }));
  for (const call of value.calls) {
    const [count] = call.args;
    if (call.method !== "skip" || count?.kind !== "number")
      throw new NotLowered(`What ${call.method} leaves of the values is not known`);
    all = all.slice(Number(count.text));
  }
  return all;
}
