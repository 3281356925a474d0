import type { SourceFile } from "../migration/source-file.js";
import { callItem, settled } from "./evaluate/calls.js";
import type { Emission } from "./evaluate/emission.js";
import { RUST } from "./evaluate/language.js";
import { type Library, Machine } from "./evaluate/machine.js";
import { isError } from "./evaluate/patterns.js";
import { derefed } from "./evaluate/place.js";
import { RefusalSignal, refusalOf } from "./evaluate/signals.js";
import { HANDLE, type Value } from "./evaluate/value.js";
import type { Crate } from "./syntax/crate.js";
import type { Item } from "./syntax/items.js";
import type { RustText } from "./syntax/rust-node.js";

export interface Evaluated {
  readonly emissions: readonly Emission[];
  readonly value: Value | null;
  /** Set when the code gives up: it panics or returns an error. */
  readonly refusal: RefusalSignal | null;
}

/** Runs one function of the release's code on values; every argument that it takes is a way to the database. */
export function evaluateItem(crate: Crate, library: Library, item: Item, files: readonly SourceFile[]): Evaluated {
  const machine = new Machine(crate, library, (path, from) => includedText(files, path, from), RUST);
  const self: Value = {
    kind: "struct",
    name: item.type ?? item.name,
    path: [item.type ?? item.name],
    fields: new Map(),
    node: item.node,
  };
  const parameters = item.node.field("parameters")?.children ?? [];
  const args = parameters.filter((each) => each.type === "parameter").map((): Value => HANDLE);
  try {
    const value = settled(callItem(machine, item, args, item.kind === "method" ? self : null, item.node));
    machine.closePending();
    const given = derefed(value);
    const refusal = isError(given) ? new RefusalSignal("The code gives up here: it returns an error", item.node) : null;
    return { emissions: machine.sink.finish(), value: given, refusal };
  } catch (signal) {
    const refusal = refusalOf(signal, item.node);
    if (!refusal) throw signal;
    return { emissions: machine.sink.finish(), value: null, refusal };
  }
}

/** `include_str!` takes its path from the folder of the file that it is in. */
function includedText(files: readonly SourceFile[], path: string, from: RustText): string | null {
  const parts = from.path.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.length === 0 || parts.at(-1) === "..") parts.push("..");
      else parts.pop();
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return files.find((file) => file.path === parts.join("/"))?.text ?? null;
}
