/** The first few, and how many are left: `a, b, c and 4 more`. Texts that may hold commas are separated by semicolons: `a; b; and 4 more`. */
export function shortList(texts: readonly string[], most: number, separator: ", " | "; " = ", "): string {
  const first = texts.slice(0, most).join(separator);
  const more = texts.length - most;
  return more > 0 ? `${first}${separator === ", " ? "" : ";"} and ${more} more` : first;
}
