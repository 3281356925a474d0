import pc from "picocolors";
import type { Io } from "../io.js";

export type Style = ReturnType<typeof pc.createColors>;

/** Colours for standard output: none when it is not a terminal or NO_COLOR is set. */
export function styleFor(io: Io): Style {
  return pc.createColors(io.colour);
}

/**
 * A text from outside (a tenant's name, a row's key, a server's message) made safe to print: control characters would
 * otherwise move the cursor or recolour the terminal.
 */
export function printable(text: string): string {
  return text.replace(
    /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** The same on one line: a name with a line feed in it must not begin a line of its own. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\t\n]/g, (character) => (character === "\n" ? "\\n" : " ")));
}

/** Milliseconds for a person: `340 ms`, `2.4 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
