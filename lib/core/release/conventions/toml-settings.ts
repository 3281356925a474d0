/** One setting of a TOML file, with the whole path of its key. */
export interface Setting {
  /** Parts of the key, dots within a part included. */
  readonly path: readonly string[];
  /** A text, the texts of a list, or what is written for anything else. */
  readonly value: string | readonly string[];
  /** 1-based. */
  readonly line: number;
}

/** The settings of a TOML file, those of inline tables too; null where it is not understood. */
export function tomlSettings(text: string): readonly Setting[] | null {
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

class NotUnderstood extends Error {}

class Reader {
  private at = 0;
  private readonly settings: Setting[] = [];

  constructor(private readonly text: string) {}

  document(): readonly Setting[] {
    let table: readonly string[] = [];
    for (;;) {
      this.skip(/(?:\s|#[^\n]*)+/y);
      if (this.at >= this.text.length) return this.settings;
      if (!this.take(/\[\[?/y)) {
        this.assignment(table);
        continue;
      }
      table = this.key();
      this.need(/[ \t]*\]\]?/y);
    }
  }

  private assignment(table: readonly string[]): void {
    const line = this.text.slice(0, this.at).split("\n").length;
    const path = [...table, ...this.key()];
    this.need(/[ \t]*=[ \t]*/y);
    if (this.take(/\{/y)) this.inlineTable(path);
    else this.settings.push({ path, value: this.value(), line });
  }

  private inlineTable(path: readonly string[]): void {
    do {
      this.skip(SPACE);
      if (this.take(/\}/y)) return;
      this.assignment(path);
      this.skip(SPACE);
    } while (this.take(/,/y));
    this.need(/\}/y);
  }

  private key(): readonly string[] {
    const parts: string[] = [];
    do {
      this.skip(/[ \t]*/y);
      parts.push(this.take(/[\w-]+/y) ?? this.string() ?? this.fail());
      this.skip(/[ \t]*/y);
    } while (this.take(/\./y));
    return parts;
  }

  private value(): string | readonly string[] {
    if (!this.take(/\[/y)) return this.string() ?? this.need(/[^\s,\]}#"']+/y);
    const items: string[] = [];
    do {
      this.skip(SPACE);
      if (this.take(/\]/y)) return items;
      const item = this.value();
      items.push(typeof item === "string" ? item : this.fail());
      this.skip(SPACE);
    } while (this.take(/,/y));
    this.need(/\]/y);
    return items;
  }

  private string(): string | null {
    const long = this.take(/'''(?:[^']|'{1,2}(?!'))*'''|"""(?:[^"\\]|"{1,2}(?!"))*"""/y);
    if (long !== null) return long.slice(3, -3).replace(/^\r?\n/, "");
    const literal = this.take(/'[^'\n]*'/y);
    if (literal !== null) return literal.slice(1, -1);
    const basic = this.take(/"(?:[^"\\\n]|\\.)*"(?!")/y);
    return basic === null ? null : this.unescaped(basic);
  }

  private unescaped(basic: string): string {
    try {
      return JSON.parse(basic.replaceAll("\t", "\\t")) as string;
    } catch {
      return this.fail();
    }
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  private skip(pattern: RegExp): void {
    this.take(pattern);
  }

  private need(pattern: RegExp): string {
    return this.take(pattern) ?? this.fail();
  }

  private fail(): never {
    throw new NotUnderstood();
  }
}

const SPACE = /(?:\s|#[^\n]*)*/y;
