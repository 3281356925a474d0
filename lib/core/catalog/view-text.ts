/**
 * The text of a view's query, the same on every server version. Before 16 the columns of a view over one relation were
 * printed with the relation's name before them, since then without.
 */
export function canonicalQuery(text: string): string {
  const single = singleRelation(text);
  if (single === null) return text;
  const prefix = new RegExp(`(?<![\\w$".])${literalPattern(single)}\\.(?=[\\w"$*])`, "g");
  // Quoted identifiers and strings are matched whole, so that nothing inside them is taken for a prefix.
  return text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"\.?|[^'"]+/g, (piece) => {
    if (piece.startsWith("'")) return piece;
    if (piece.startsWith('"')) return piece === `${single}.` ? "" : piece;
    return piece.replace(prefix, "");
  });
}

const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const FROM_ONE = new RegExp(
  String.raw`\bFROM (?:ONLY )?(?:${IDENTIFIER}\.)?(${IDENTIFIER})(?: (?!WHERE\b|GROUP\b|ORDER\b|HAVING\b|LIMIT\b|OFFSET\b|WINDOW\b|FETCH\b|FOR\b)(${IDENTIFIER}))?\s*(?:$|\n)`,
);

/** The name by which the only relation of a simple query is called; null when there are several, or a nested query. */
function singleRelation(text: string): string | null {
  const bare = text.replace(/'(?:[^']|'')*'/g, "''");
  if ((bare.match(/\bFROM\b/g) ?? []).length !== 1) return null;
  if (/\b(JOIN|UNION|INTERSECT|EXCEPT|WITH|SELECT[\s\S]*\bSELECT)\b/.test(bare)) return null;
  const match = FROM_ONE.exec(bare);
  return match ? (match[2] ?? match[1] ?? null) : null;
}

function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
