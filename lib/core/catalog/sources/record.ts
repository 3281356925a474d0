/**
 * Reads the text form of PostgreSQL's rows and arrays (manual, "Composite Types: Composite Type Input and Output
 * Syntax" and "Arrays: Array Input and Output Syntax"): quotes are doubled or escaped by a backslash.
 */
export function parseRecords(text: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  const cursor = { text, at: 0 };
  while (cursor.at < text.length) {
    records.push(parseRecord(cursor));
    if (cursor.at < text.length && text[cursor.at++] !== "\n") throw new SyntaxError("malformed row text");
  }
  return records;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function parseRecord(cursor: Cursor): (string | null)[] {
  if (cursor.text[cursor.at++] !== "(") throw new SyntaxError("malformed row text");
  const fields: (string | null)[] = [];
  for (;;) {
    fields.push(parseField(cursor));
    const next = cursor.text[cursor.at++];
    if (next === ")") return fields;
    if (next !== ",") throw new SyntaxError("malformed row text");
  }
}

function parseField(cursor: Cursor): string | null {
  const { text } = cursor;
  if (text[cursor.at] === '"') return parseQuoted(cursor);
  const start = cursor.at;
  while (cursor.at < text.length && text[cursor.at] !== "," && text[cursor.at] !== ")") cursor.at++;
  return cursor.at === start ? null : text.slice(start, cursor.at);
}

function parseQuoted(cursor: Cursor): string {
  const { text } = cursor;
  const end = closingQuote(text, cursor.at);
  const raw = text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  return raw.includes('"') || raw.includes("\\")
    ? raw.replace(/\\(.)|""/gs, (pair, escaped) => escaped ?? pair[0])
    : raw;
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') {
      if (text[at + 1] !== '"') return at;
      at++;
    }
  }
  throw new SyntaxError("malformed row text");
}

/** A one-dimensional array. */
export function parseArray(text: string): (string | null)[] {
  const body = text.startsWith("{") && text.endsWith("}") ? text.slice(1, -1) : null;
  if (body === null) throw new SyntaxError("malformed array text");
  const items: (string | null)[] = [];
  const cursor = { text: body, at: 0 };
  while (cursor.at < body.length) {
    const quoted = body[cursor.at] === '"';
    const item = quoted ? parseQuoted(cursor) : parseBare(cursor);
    items.push(!quoted && item === "NULL" ? null : item);
    if (cursor.at < body.length && body[cursor.at++] !== ",") throw new SyntaxError("malformed array text");
  }
  return items;
}

function parseBare(cursor: Cursor): string {
  const end = cursor.text.indexOf(",", cursor.at);
  const start = cursor.at;
  cursor.at = end === -1 ? cursor.text.length : end;
  return cursor.text.slice(start, cursor.at);
}
