/**
 * The fields of a row as PostgreSQL prints it (`record_out`; manual, "Composite Type Input and Output Syntax"): each as its type's own output, null
 * for NULL. Unlike JSON it loses nothing: array bounds, the text of json, extension types. Throws `RangeError`.
 */
export function readRecordText(text: string): readonly (string | null)[] {
  if (!text.startsWith("(") || !text.endsWith(")")) throw new RangeError("not a row as PostgreSQL prints it");
  const fields: (string | null)[] = [];
  let field: string | null = null;
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quoted ? character === '"' && text[at + 1] !== '"' : character === '"') {
      quoted = !quoted;
      field ??= "";
    } else if (!quoted && (character === "," || at === text.length - 1)) {
      fields.push(field);
      field = null;
    } else {
      // Within quotes a quote or a backslash is doubled.
      if (character === '"' || character === "\\") at++;
      field = (field ?? "") + (character === '"' || character === "\\" ? (text[at] ?? "") : character);
    }
  }
  return fields;
}
