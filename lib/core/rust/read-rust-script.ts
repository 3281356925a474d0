import type { RustEntry, ScriptSource } from "../migration/convention.js";
import type { Opaque } from "../migration/coverage.js";
import type { AnyStatement } from "../migration/script.js";
import type { SourceFile } from "../migration/source-file.js";
import { parseSql } from "../sql/parse.js";
import { barrelLibrary } from "./barrel/library.js";
import type { Emission } from "./evaluate/emission.js";
import type { Library } from "./evaluate/machine.js";
import { evaluateItem } from "./evaluate-migration.js";
import { crateOf, parsedFile } from "./parsed-file.js";
import { pieceOf, scriptOf } from "./rust-script.js";
import type { Dialect } from "./sea-orm/column-types.js";
import { dialectOf } from "./sea-orm/dialect.js";
import { seaOrmLibrary } from "./sea-orm/library.js";
import type { Crate } from "./syntax/crate.js";
import type { Item } from "./syntax/items.js";

/** The Rust code of a release, indexed once. */
export interface RustRelease {
  readonly crate: Crate;
  readonly files: readonly SourceFile[];
  readonly dialect: Dialect;
}

export function rustRelease(files: readonly SourceFile[]): RustRelease {
  return { crate: crateOf(files), files, dialect: dialectOf(files) };
}

export interface ReadRustScript {
  readonly statements: readonly AnyStatement[];
  readonly opaque: readonly Opaque[];
  /** The code says that it cannot be done: it panics or returns an error. */
  readonly refused: boolean;
  /** The text that the framework computes its checksum from, when the code creates one text. */
  readonly text: string | null;
}

/** Reads the function in a file that contains a script. */
export function readRustScript(release: RustRelease, source: ScriptSource, entry: RustEntry): ReadRustScript {
  const parsed = parsedFile(source.file);
  const broken: Opaque[] = parsed.error
    ? [{ ...pieceOf("The file cannot be parsed as Rust", parsed.error), text: source.file.text }]
    : [];
  const item = entryItem(release.crate, source.file, entry);
  if (!item) {
    const reason = `The file has no function ${entry.function}`;
    const opaque = broken.length > 0 ? broken : [pieceOf(reason, parsed.root)];
    return { statements: [], opaque, refused: false, text: null };
  }
  const library: Library = entry.style === "barrel" ? barrelLibrary : seaOrmLibrary(release.dialect);
  const { emissions, value, refusal } = evaluateItem(release.crate, library, item, release.files);
  const refused = refusal !== null;
  const gaveUp = refused && (entry.function !== "down" || emissions.length > 0);
  const opaque: Opaque[] = gaveUp ? [...broken, pieceOf(refusal.reason, refusal.node)] : broken;
  if (entry.style === "barrel")
    return barrelScript(item, value?.kind === "text" ? value.text : null, emissions, opaque);
  const script = scriptOf(emissions);
  return {
    statements: script.statements,
    opaque: [...opaque, ...script.opaque],
    refused: refused && !gaveUp,
    text: null,
  };
}

/** refinery runs the text that the function returns; the parts of it that barrel created keep their places. */
function barrelScript(
  item: Item,
  text: string | null,
  emissions: readonly Emission[],
  broken: readonly Opaque[],
): ReadRustScript {
  const script = scriptOf(emissions);
  const opaque = [...broken, ...script.opaque];
  if (text === null) {
    const unread = opaque.length > 0 ? opaque : [pieceOf("The text that the function returns is not known", item.node)];
    return { statements: [], opaque: unread, refused: false, text: null };
  }
  const made = emissions.map((emission) => (emission.kind === "sql" ? `${emission.sql};` : "")).join("");
  if (made === text) return { ...script, opaque, refused: false, text };
  const statements = parseSql(text, item.node.source.path).statements.map((each) => ({
    ...each,
    source: item.node.span,
  }));
  return { statements, opaque, refused: false, text };
}

function entryItem(crate: Crate, file: SourceFile, entry: RustEntry): Item | null {
  const all = entry.type === null ? crate.all("function") : crate.methodsIn(file.path);
  const found = all.filter(
    (item) => item.name === entry.function && item.node.source.path === file.path && item.type === entry.type,
  );
  return found[0] ?? null;
}
