import type { SourceSpan } from "../../finding.js";

/** Turns offsets into places. */
interface Places {
  span(file: string, start: number, end: number): SourceSpan;
}

/** A Rust file, or a piece of generated text, that nodes point into. */
export interface RustText {
  readonly path: string;
  readonly text: string;
  readonly lines: Places;
  /** Module path of the file: folders and stem, without `src`, `lib`, `main` and `mod`. */
  readonly module: readonly string[];
  /** For the expansion of a macro: the call that it stands for. */
  readonly origin?: RustNode;
}

/** A named node of the syntax tree; comments are left out. Offsets are UTF-16 units of the file. */
export class RustNode {
  constructor(
    readonly type: string,
    readonly source: RustText,
    readonly start: number,
    readonly end: number,
    readonly children: readonly RustNode[],
    /** Field names of `children`, by position; null for a child without one. */
    private readonly fields: readonly (string | null)[],
    /** Anonymous tokens that carry meaning: operators. */
    readonly operator: string | null,
  ) {}

  get text(): string {
    return this.source.text.slice(this.start, this.end);
  }

  field(name: string): RustNode | null {
    const at = this.fields.indexOf(name);
    return at < 0 ? null : (this.children[at] ?? null);
  }

  child(type: string): RustNode | null {
    return this.children.find((child) => child.type === type) ?? null;
  }

  /** Children without a field name, and not attributes. */
  get plain(): readonly RustNode[] {
    return this.children.filter((child, at) => this.fields[at] === null && child.type !== "attribute_item");
  }

  get span(): SourceSpan {
    return this.source.lines.span(this.source.path, this.start, this.end);
  }

  *descendants(): Generator<RustNode> {
    for (const child of this.children) {
      yield child;
      yield* child.descendants();
    }
  }
}
