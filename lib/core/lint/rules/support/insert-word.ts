/** A statement with a word inserted after its opening words; undefined when it does not start with them. */
export function withWord(sql: string, opening: RegExp, word: string): string | undefined {
  const found = opening.exec(sql)?.[0];
  return found === undefined ? undefined : `${found} ${word}${sql.slice(found.length)}`;
}
