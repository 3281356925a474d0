/** A range of a text: `start` inclusive, `end` exclusive, in UTF-16 units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface SplitSql {
  /** Without the final semicolon and without surrounding white space or comments; never empty. */
  readonly pieces: readonly TextRange[];
  readonly comments: readonly TextRange[];
}

/** For quoted text only the beginning: a regular expression over a literal of many megabytes would overflow the stack. */
const TOKEN =
  /[\s\uFEFF]+|--[^\n]*|\/\*|[eE]'|'|"|\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$|[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*|[0-9][\w.]*|[\s\S]/y;

/**
 * Cuts a text at the semicolons between statements without parsing them, so that one bad statement does not hide the
 * others. Knows quotes, dollar quotes, nested comments, parentheses, `BEGIN ATOMIC` bodies, psql meta-commands (one
 * piece each) and the data lines after `COPY … FROM stdin` (part of that piece).
 */
export function splitSql(text: string): SplitSql {
  return new Splitter(text).run();
}

/** The commands of a text, each without its semicolon. */
export function commandsOf(text: string): string[] {
  return splitSql(text).pieces.map(({ start, end }) => text.slice(start, end));
}

class Splitter {
  private readonly pieces: TextRange[] = [];
  private readonly comments: TextRange[] = [];
  private at = 0;
  private start = -1;
  private end = -1;
  private parentheses = 0;
  /** Open `BEGIN ATOMIC` and `CASE` blocks; a semicolon inside does not end the statement. */
  private blocks = 0;
  private previous = "";
  private words: string[] = [];

  constructor(private readonly text: string) {}

  run(): SplitSql {
    while (this.at < this.text.length) {
      TOKEN.lastIndex = this.at;
      const token = TOKEN.exec(this.text)?.[0] ?? "";
      this.take(token);
    }
    this.close();
    return { pieces: this.pieces, comments: this.comments };
  }

  private take(token: string): void {
    if (/^[\s\uFEFF]/.test(token)) this.at += token.length;
    else if (token.startsWith("--")) this.comment(token.length);
    else if (token === "/*") this.comment(blockCommentLength(this.text, this.at));
    else if (token === ";" && this.parentheses <= 0 && this.blocks === 0) this.semicolon();
    else if (token === "\\") this.metaCommand();
    else this.content(token);
  }

  private comment(length: number): void {
    this.comments.push({ start: this.at, end: this.at + length });
    this.at += length;
  }

  private semicolon(): void {
    const copies = this.words[0] === "copy" && /\bfrom\s+stdin\b/i.test(this.text.slice(this.start, this.end));
    this.at += 1;
    if (copies) {
      const data = /\r?\n\\\.[^\n]*/g;
      data.lastIndex = this.at;
      const found = data.exec(this.text);
      if (found) {
        this.at = found.index + found[0].length;
        this.end = this.at;
      }
    }
    this.close();
  }

  private metaCommand(): void {
    const newline = this.text.indexOf("\n", this.at);
    const end = newline < 0 ? this.text.length : newline;
    if (this.start < 0) this.start = this.at;
    this.end = this.at + this.text.slice(this.at, end).trimEnd().length;
    this.at = end;
    this.close();
  }

  private content(token: string): void {
    const length = this.lengthOf(token);
    if (this.start < 0) this.start = this.at;
    if (token === "(") this.parentheses += 1;
    if (token === ")") this.parentheses -= 1;
    if (/^[A-Za-z_]/.test(token) && !token.endsWith("'")) this.word(token.toLowerCase());
    else this.previous = "";
    this.at += length;
    this.end = this.at;
  }

  private lengthOf(token: string): number {
    if (/^[eE]?['"]$/.test(token)) return quotedLength(this.text, this.at, token);
    return /^\$.*\$$/s.test(token) ? this.dollarQuoteLength(token) : token.length;
  }

  private word(word: string): void {
    if (this.words.length < 2) this.words.push(word);
    if (word === "atomic" && this.previous === "begin") this.blocks = 1;
    else if (word === "case" && this.blocks > 0) this.blocks += 1;
    else if (word === "end" && this.blocks > 0) this.blocks -= 1;
    this.previous = word;
  }

  private dollarQuoteLength(tag: string): number {
    const close = this.text.indexOf(tag, this.at + tag.length);
    return (close < 0 ? this.text.length : close + tag.length) - this.at;
  }

  private close(): void {
    if (this.start >= 0) this.pieces.push({ start: this.start, end: this.end });
    this.start = -1;
    this.parentheses = 0;
    this.blocks = 0;
    this.previous = "";
    this.words = [];
  }
}

/** Length of quoted text: up to the same quote, unless it is doubled, or escaped in an E string; otherwise to the end. */
function quotedLength(text: string, at: number, open: string): number {
  const quote = open.at(-1) ?? "'";
  const marks = open.length === 2 ? /[\\']/g : quote === "'" ? /'/g : /"/g;
  marks.lastIndex = at + open.length;
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    const doubled = found[0] === quote && text[found.index + 1] === quote;
    if (found[0] === quote && !doubled) return found.index + 1 - at;
    marks.lastIndex = found.index + 2;
  }
  return text.length - at;
}

/** Length of the block comment that starts at `at`; block comments nest. */
export function blockCommentLength(text: string, at: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return found.index + 2 - at;
  }
  return text.length - at;
}
