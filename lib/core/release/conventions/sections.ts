import type { SourceFile } from "../../migration/source-file.js";

export interface Section {
  /** The line that opens it, without surrounding white space. */
  readonly mark: string;
  /** Offsets of what follows that line, up to the next mark. */
  readonly start: number;
  readonly end: number;
}

/** The lines of a text, without Windows carriage returns. */
export function linesOf(text: string): readonly string[] {
  return text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

/** Cuts a file at the comment lines that have a meaning to a framework. */
export function sectionsOf(file: SourceFile, mark: RegExp): readonly Section[] {
  const sections: { mark: string; start: number; end: number }[] = [];
  let at = 0;
  for (const line of file.text.split("\n")) {
    const next = Math.min(at + line.length + 1, file.text.length);
    if (mark.test(line)) {
      const last = sections.at(-1);
      if (last) last.end = at;
      sections.push({ mark: line.trim(), start: next, end: file.text.length });
    }
    at = next;
  }
  return sections;
}
