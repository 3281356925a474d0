import type { Machine } from "../evaluate/machine.js";
import type { PathValue } from "../evaluate/value.js";
import type { Item } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { variantsOf } from "../syntax/variants.js";
import { STYLES } from "./active-enum.js";
import { attributeText } from "./entity-names.js";

const DERIVES = /^#\[\s*derive\b.*\bDisplay\b/s;

/**
 * How strum's `Display` prints a variant. Undefined when no derive generates one; null when what it generates is unknown. Source: strum_macros
 * `macros/strings/display.rs`.
 */
export function strumText(machine: Machine, value: PathValue): string | null | undefined {
  const found = machine.crate.value(value.segments, value.node);
  const item = found && "item" in found ? found.item : null;
  if (!item?.attributes.some((each) => DERIVES.test(each.text))) return undefined;
  const body = item.node.field("body");
  const variant = found?.kind === "variant" && body ? found.variant : null;
  if (variant === null || !body || !isStrum(machine, item) || machine.crate.untold(item) !== null) return null;
  const all = variantsOf(body).filter((each) => each.name === variant);
  const [only] = all;
  if (!only || all.length > 1 || only.node.field("body")) return null;
  return printed(item.attributes, only.attributes, variant);
}

function isStrum(machine: Machine, item: Item): boolean {
  if (item.attributes.some((each) => /\bstrum\s*::\s*Display\b/.test(each.text))) return true;
  const path = machine.crate.expand(["Display"], item.node);
  return path.length > 1 && path[0] === "strum";
}

function printed(whole: readonly RustNode[], own: readonly RustNode[], variant: string): string | null {
  const other = /\b(prefix|suffix|disabled|default|transparent|cfg_attr)\b/;
  if ([...whole, ...own].some((each) => /\b(strum|cfg_attr)\b/.test(each.text) && other.test(each.text))) return null;
  const names = own.filter((each) => /^#\[\s*strum\b/.test(each.text));
  if (names.length > 1 || names.some((each) => each.text.split(/\bserialize\s*=/).length > 2)) return null;
  const written = attributeText(names, "to_string") ?? attributeText(names, "serialize");
  if (written !== null) return /[{}]/.test(written) ? null : written;
  const style = attributeText(whole, "serialize_all");
  return style === null ? variant : (STYLES[style]?.(variant) ?? null);
}
