/** A word of a command line to paste into a POSIX shell, whatever it contains. */
export function shellWord(text: string): string {
  return /^[\w.@:/+-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
