import { lastName, pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { integerType, ofType, rangeOfType } from "./integers.js";
import type { Machine } from "./machine.js";
import { ownType } from "./own-type.js";
import { unknown, type Value } from "./value.js";

/** Types that hold another one and add nothing to it. */
const AROUND = /^(Option|Result|Box|Arc|Rc|Pin|Cow|LazyLock|LazyCell)$/;
/** Collections that keep the order, and every element, of what they are built from. */
const IN_ORDER = /^(Vec|VecDeque|LinkedList|IntoIter|Iter|Self)$/;
const COLLECTIONS = /^(HashSet|BTreeSet|HashMap|BTreeMap|BinaryHeap|IndexSet|IndexMap|String)$/;
const NUMBERS = /^([iu](8|16|32|64|128|size)|f32|f64|bool|NonZero\w*)$/;

/**
 * A value where a type is written for it. `into`, `collect` and `parse` return what the type requires: a text that becomes a type defined in the
 * files, or a list that becomes a set, is not what it was.
 */
export function typed(machine: Machine, value: Value, type: RustNode | null, node: RustNode): Value {
  if (!type || !/^(text|number|bool|list|some|struct|path)$/.test(value.kind)) return value;
  switch (type.type) {
    case "reference_type":
      return typed(machine, value, type.field("type"), node);
    case "tuple_type":
      return eachTyped(machine, value, type.plain, node);
    case "array_type":
      return eachTyped(machine, value, [type.field("element")], node);
    case "abstract_type":
    case "dynamic_type":
    case "bounded_type":
    case "_":
      return value;
    case "generic_type": {
      const name = lastName(type) ?? "";
      const inner = type.field("type_arguments")?.plain.find((each) => each.type !== "lifetime") ?? null;
      if (AROUND.test(name) && value.kind === "some") {
        const held = typed(machine, value.value, inner, node);
        return held === value.value ? value : held;
      }
      if (AROUND.test(name)) return typed(machine, value, inner, node);
      if (IN_ORDER.test(name) && value.kind === "list") return eachTyped(machine, value, [inner], node);
      break;
    }
    default:
  }
  if (value.kind === "number") {
    const found = machine.crate.type(pathOf(type), type);
    const own = found?.kind === "item" ? null : integerType(type.text);
    if (own !== null) return inType(value, own, node);
  }
  return fits(machine, value, type) ? value : unknown(`The value's conversion to ${type.text} is not followed`, node);
}

function inType(value: Extract<Value, { kind: "number" }>, type: string, node: RustNode): Value {
  const range = rangeOfType(type);
  const held = /^-?\d+$/.test(value.text) && range && BigInt(value.text) >= range[0] && BigInt(value.text) <= range[1];
  return held ? ofType(value, type) : unknown(`The number's conversion to ${type} is not followed`, node);
}

/** The elements as a tuple's types require, or each as a list's element type requires. */
function eachTyped(machine: Machine, value: Value, types: readonly (RustNode | null)[], node: RustNode): Value {
  if (value.kind !== "list") return value;
  const each = value.items.map((item, at) => typed(machine, item, types[types.length === 1 ? 0 : at] ?? null, node));
  return each.every((item, at) => item === value.items[at]) ? value : { kind: "list", items: each };
}

function fits(machine: Machine, value: Value, type: RustNode): boolean {
  const path = pathOf(type);
  const found = machine.crate.type(path, type);
  if (found?.kind === "ambiguous") return false;
  if (found?.kind === "item" && found.item.kind === "alias") {
    const aliased = found.item.node.field("type");
    const made = typed(machine, value, aliased, type);
    return made === value || (value.kind === "number" && made.kind === "number");
  }
  if (found?.kind === "item" && found.item.kind !== "parameter" && found.item.kind !== "trait") {
    return ownType(machine, value)?.node === found.item.node;
  }
  const name = (found?.kind === "external" ? found.path : path).at(-1) ?? "";
  if (value.kind === "struct" || value.kind === "path") return name !== "String" && !NUMBERS.test(name);
  if (value.kind === "list") return IN_ORDER.test(name) || !COLLECTIONS.test(name);
  return value.kind !== "text" || !NUMBERS.test(name);
}

/**
 * An argument as its parameter's type requires. If the parameter may be converted to a type defined in the files, nothing is known: `into` turns it
 * into whatever that type decides.
 */
export function argumentAs(machine: Machine, value: Value, item: RustNode, parameter: RustNode): Value {
  const type = parameter.field("type");
  if (!type || !/^(text|number|bool|list)$/.test(value.kind)) return value;
  const head = item.text.slice(0, (item.field("body")?.start ?? item.end) - item.start);
  const own = [...head.matchAll(/\b(?:Try)?Into\s*<\s*([A-Za-z_]\w*)/g)].some(([, name = ""]) => {
    const found = machine.crate.type([name], item);
    return found?.kind === "item" && found.item.kind !== "parameter";
  });
  const open =
    type.type === "abstract_type" || machine.crate.type(pathOf(type), type) === null || isParameter(machine, type);
  if (own && open) return unknown("What the argument is turned into is not followed", parameter);
  return typed(machine, value, type, parameter);
}

function isParameter(machine: Machine, type: RustNode): boolean {
  const found = machine.crate.type(pathOf(type), type);
  return found?.kind === "item" && found.item.kind === "parameter";
}
