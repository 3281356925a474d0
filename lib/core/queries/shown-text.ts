const LONGEST = 160;

/** A query on one line, shortened if it is long. */
export function shownText(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
