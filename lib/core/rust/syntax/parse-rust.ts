import type { Parser, TreeCursor } from "web-tree-sitter";
import { LineIndex } from "../../sql/line-index.js";
import { RustNode, type RustText } from "./rust-node.js";

let loaded: Promise<Parser> | null = null;
let ready: Parser | null = null;

/** Loads the grammar once per process; must be awaited before `parseRust`. */
export async function loadRustParser(): Promise<void> {
  loaded ??= (async () => {
    // Only Rust needs the module, and not every command meets Rust.
    const treeSitter = await import("web-tree-sitter");
    await treeSitter.Parser.init();
    const grammar = decodeURIComponent(new URL(import.meta.resolve("tree-sitter-rust/tree-sitter-rust.wasm")).pathname);
    const parser = new treeSitter.Parser();
    parser.setLanguage(await treeSitter.Language.load(grammar));
    return parser;
  })();
  ready = await loaded;
}

export interface ParsedRust {
  readonly root: RustNode;
  readonly source: RustText;
  /** The first place that is not Rust, or null. */
  readonly error: RustNode | null;
}

export function parseRust(text: string, path: string): ParsedRust {
  const source: RustText = { path, text, lines: new LineIndex(text), module: moduleOf(path) };
  try {
    return { ...parsePiece(text, source, 0), source };
  } catch (error) {
    // Nested too deeply to build a tree from it.
    if (!(error instanceof RangeError)) throw error;
    const root = new RustNode("source_file", source, 0, text.length, [], [], null);
    return { root, error: root, source };
  }
}

/**
 * Parses a piece of code whose places belong to another text: `shift` is added to every offset. Used for macro arguments, which the grammar leaves as
 * tokens.
 */
export function parsePiece(text: string, source: RustText, shift: number): { root: RustNode; error: RustNode | null } {
  if (!ready) throw new Error("loadRustParser must be awaited before Rust is parsed");
  const tree = ready.parse(text);
  if (!tree) throw new Error("the Rust parser gave no tree");
  const builder = new TreeBuilder(source, shift);
  const cursor = tree.walk();
  const root = builder.build(cursor);
  cursor.delete();
  tree.delete();
  return { root, error: builder.error };
}

const SKIPPED = new Set(["line_comment", "block_comment"]);

class TreeBuilder {
  error: RustNode | null = null;

  constructor(
    private readonly source: RustText,
    private readonly shift: number,
  ) {}

  build(cursor: TreeCursor): RustNode {
    const { nodeType: type, startIndex, endIndex } = cursor;
    const missing = cursor.nodeIsMissing;
    const children: RustNode[] = [];
    const fields: (string | null)[] = [];
    let operator: string | null = null;
    if (cursor.gotoFirstChild()) {
      do {
        const field = cursor.currentFieldName;
        if (!cursor.nodeIsNamed && cursor.nodeType !== "_") {
          if (field === "operator") operator = cursor.nodeType;
          operator ??= /^[!*-]$/.test(cursor.nodeType) ? cursor.nodeType : null;
          if (cursor.nodeIsMissing) this.note(cursor);
        } else if (!SKIPPED.has(cursor.nodeType)) {
          children.push(this.build(cursor));
          fields.push(field);
        }
      } while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
    const node = new RustNode(
      type,
      this.source,
      startIndex + this.shift,
      endIndex + this.shift,
      children,
      fields,
      operator,
    );
    if (type === "ERROR" || missing) this.error ??= node;
    return node;
  }

  private note(cursor: TreeCursor): void {
    const at = cursor.startIndex + this.shift;
    this.error ??= new RustNode("ERROR", this.source, at, at, [], [], null);
  }
}

/** Module path of a file: folders and stem, without `src`, `lib`, `main` and `mod`. */
function moduleOf(path: string): readonly string[] {
  const parts = path.replace(/\.rs$/, "").split("/");
  const last = parts.at(-1);
  if (last === "mod" || last === "lib" || last === "main") parts.pop();
  return parts.filter((part) => part !== "src" && part !== ".." && part !== ".");
}
