import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { unknown, type Value } from "./value.js";

/** The value of an expression that an attribute holds as text; its names mean what they mean at that place. */
export function valueOfText(machine: Machine, text: string, at: RustNode): Value {
  const whole = `fn f(){${text}}`;
  const source = { ...at.source, text: whole, lines: { span: () => at.span }, origin: at };
  const piece = parsePiece(whole, source, 0);
  const block = [...piece.root.descendants()].find((node) => node.type === "block");
  if (piece.error || !block) return unknown("The code in the attribute cannot be parsed", at);
  return machine.evaluate(block, machine.scope(null));
}
