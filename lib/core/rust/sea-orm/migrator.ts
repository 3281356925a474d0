import type { SourceSpan } from "../../finding.js";
import { argumentsOf } from "../evaluate/macros.js";
import type { Crate } from "../syntax/crate.js";
import { type Item, pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";

/** One line of a migrator's list. */
export interface MigratorEntry {
  readonly text: string;
  readonly struct: Item | null;
  readonly span: SourceSpan;
}

export interface Migrator {
  readonly entries: readonly MigratorEntry[];
}

/** The lists of every `impl MigratorTrait`, in the order in which they would run. */
export function migratorsOf(crate: Crate): readonly Migrator[] {
  return crate
    .all("impl")
    .filter((item) => item.trait === "MigratorTrait" && !item.node.source.path.startsWith("../"))
    .map((item) => ({ entries: entriesOf(crate, item) }))
    .filter((migrator) => migrator.entries.length > 0);
}

function entriesOf(crate: Crate, impl: Item): readonly MigratorEntry[] {
  const method = crate
    .named("method", "migrations")
    .find((item) => item.type === impl.type && item.node.source.path === impl.node.source.path);
  const body = method?.node.field("body");
  if (!body) return [];
  return [...body.descendants()]
    .filter((node) => node.type === "macro_invocation" && node.field("macro")?.text === "vec")
    .flatMap((list) => argumentsOf(list))
    .flatMap((argument) => entryOf(crate, argument));
}

/** `Box::new(m20220101_000001_create_table::Migration)`. */
function entryOf(crate: Crate, argument: RustNode): readonly MigratorEntry[] {
  const boxed = argument.type === "call_expression" ? argument.field("arguments")?.plain[0] : argument;
  if (!boxed) return [];
  const path = pathOf(boxed.type === "struct_expression" ? boxed.field("name") : boxed);
  const module = path.at(-2);
  const found = crate.resolve("struct", path, argument.source);
  const struct =
    module === undefined || /^(self|super|crate)$/.test(module) || found?.module.includes(module) ? found : null;
  return [{ text: path.join("::"), struct, span: argument.span }];
}
