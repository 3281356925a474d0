import { idenName } from "../sea-orm/iden.js";
import { strumText } from "../sea-orm/strum-text.js";
import type { Machine } from "./machine.js";
import type { PathValue, Value } from "./value.js";

/** A value as `{}` prints it; null when that is unknown. */
export function displayText(machine: Machine, value: Value): string | null {
  switch (value.kind) {
    case "text":
      return value.text;
    case "number":
      return numberText(value.text);
    case "bool":
      return String(value.value);
    case "path":
      return pathText(machine, value);
    case "term":
      return aliasText(value.head, value.args, value.calls.length);
    default:
      return null;
  }
}

function pathText(machine: Machine, value: PathValue): string | null {
  if (showsItself(machine, value)) return null;
  const derived = strumText(machine, value);
  return derived === undefined ? idenName(machine, value.segments, value.node) : derived;
}

/** An enum or a struct that defines how it is printed. */
function showsItself(machine: Machine, { segments, node }: PathValue): boolean {
  const found = machine.crate.value(segments, node);
  const item = found?.kind === "variant" || found?.kind === "item" ? found.item : null;
  return item !== null && machine.crate.implsOf(item).some((impl) => impl.trait === "Display");
}

/** As `Display` prints it: `007` as 7. A fraction that Rust would print differently from how it is written is not followed. */
function numberText(text: string): string | null {
  if (/^-?\d+$/.test(text)) return BigInt(text).toString();
  return /^-?(0|[1-9]\d*)\.\d*[1-9]$/.test(text) && text.length < 16 ? text : null;
}

function aliasText(head: readonly string[], args: readonly Value[], calls: number): string | null {
  const [name] = args;
  return calls === 0 && head.slice(-2).join("::") === "Alias::new" && name?.kind === "text" ? name.text : null;
}

/** Fills in a format string. Null when a part is unknown or uses a format that we do not follow. */
export function formatText(
  machine: Machine,
  template: string,
  positional: readonly Value[],
  named: (name: string) => Value | null,
): string | null {
  let next = 0;
  let known = true;
  const filled = template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (all, place: string | undefined) => {
    if (place === undefined) return all.charAt(0);
    const [name = "", shape = ""] = place.split(":", 2);
    const value = name === "" ? positional[next++] : /^\d+$/.test(name) ? positional[Number(name)] : named(name.trim());
    const shown = value ? displayText(machine, value) : null;
    const shaped = shown === null || !value ? null : inShape(shown, shape, value.kind === "number");
    if (shaped === null) known = false;
    return shaped ?? "";
  });
  return known ? filled : null;
}

/** `{:03}` pads numbers with zeros after their sign. */
function inShape(shown: string, shape: string, isNumber: boolean): string | null {
  if (shape === "") return shown;
  const padding = isNumber ? /^0(\d+)$/.exec(shape) : null;
  if (!padding) return null;
  const sign = shown.startsWith("-") ? "-" : "";
  return sign + shown.slice(sign.length).padStart(Number(padding[1]) - sign.length, "0");
}
