/**
 * The tokens of SQL as the server prints it, with all white space: strings, quoted names and dollar-quoted bodies are one token each, so that nothing
 * inside them is mistaken for SQL.
 */
export function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

const TOKEN =
  /\$(\w*)\$[\s\S]*?\$\1\$|[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|[A-Za-z_][\w$]*|\s+|::|[\s\S]/g;

/** Where the bracket that opens at `at` closes; -1 when it does not. */
export function closing(tokens: readonly string[], at: number): number {
  let depth = 0;
  for (let index = at; index < tokens.length; index++) {
    const token = tokens[index] ?? "";
    if (token === "(" || token === "[") depth++;
    else if ((token === ")" || token === "]") && --depth === 0) return index;
  }
  return -1;
}
