import { stripVTControlCharacters } from "node:util";

/**
 * A line for a terminal, broken at blanks so that no row is longer than `width`; rows after the first are indented. A word longer than a
 * row, such as a link, stays whole: the terminal breaks it, and it can be copied.
 */
export function wrap(line: string, width: number, indent: number): string {
  const rows: string[] = [];
  let row = "";
  for (const word of line.split(/(?<=\S)(?= )/)) {
    if (row !== "" && stripVTControlCharacters(row + word).length > width) {
      rows.push(row);
      row = " ".repeat(indent) + word.trimStart();
    } else row += word;
  }
  return [...rows, row].join("\n");
}
