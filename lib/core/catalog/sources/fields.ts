import { parseArray } from "./record.js";

/** One row of a source, read by the name of its field. */
export class Fields<F extends string = string> {
  constructor(
    private readonly names: readonly string[],
    private readonly values: readonly (string | null)[],
  ) {}

  nullable(field: F): string | null {
    return this.values[this.names.indexOf(field)] ?? null;
  }

  text(field: F): string {
    const value = this.nullable(field);
    if (value === null) throw new CatalogFormatError(`the server returned no ${field}`);
    return value;
  }

  flag(field: F): boolean {
    return this.text(field) === "t";
  }

  number(field: F): number {
    return Number(this.text(field));
  }

  /** An array; NULL counts as empty. */
  list(field: F): string[] {
    const value = this.nullable(field);
    return value === null ? [] : parseArray(value).map((item) => item ?? "");
  }
}

/** The server's answer does not have the shape that the query asks for: unknown, never guessed. */
export class CatalogFormatError extends Error {
  override readonly name = "CatalogFormatError";
}
