import { spelled } from "../../core/visible.js";

/**
 * A text from outside (a tenant's name, a row's key, a server's message) made safe to print: control characters could otherwise move the
 * cursor or recolour the terminal, others hide or reorder what is next to them, and a CI runner take a line for a command.
 */
export function printable(text: string): string {
  return spelled(text, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** The same on one line: a name with a line feed in it must not start a new line. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\t\n]/g, (character) => (character === "\n" ? "\\n" : " ")));
}
