import type { Opaque } from "../../migration/coverage.js";
import type { SourceFile } from "../../migration/source-file.js";
import type { Emission } from "../evaluate/emission.js";
import { evaluateItem } from "../evaluate-migration.js";
import { parsedFile } from "../parsed-file.js";
import type { RustRelease } from "../read-rust-script.js";
import { pieceOf } from "../rust-script.js";
import type { Item } from "../syntax/items.js";
import { emptyGateCode, type GateCode, gateLibrary } from "./gate-library.js";

export interface ReadGateCode {
  readonly code: GateCode;
  /** What the code does, in order, including the SQL next to it. */
  readonly emissions: readonly Emission[];
  readonly opaque: readonly Opaque[];
}

/** Reads the functions of a file that have `#[deploy_schema_migration]`. */
export function readGateCode(release: RustRelease, file: SourceFile): ReadGateCode {
  const parsed = parsedFile(file);
  const code = emptyGateCode();
  const opaque: Opaque[] = [];
  if (parsed.error) opaque.push({ ...pieceOf("The file cannot be parsed as Rust", parsed.error), text: file.text });
  const entries = release.crate.all("function").filter((item) => item.node.source.path === file.path && isEntry(item));
  if (entries.length !== 1) {
    const reason = `The file has ${entries.length} functions with #[deploy_schema_migration]; it needs one`;
    opaque.push({ reason, text: file.text, source: { file: file.path, line: 1, column: 1 } });
  }
  const all: Emission[] = [];
  for (const entry of entries) {
    const { emissions, refusal } = evaluateItem(release.crate, gateLibrary(code), entry, release.files);
    all.push(...emissions);
    if (refusal) opaque.push(pieceOf(refusal.reason, refusal.node));
    if (code.runs.length > 1) {
      opaque.push(
        pieceOf(`The code runs ${code.runs.length} migrations; it must run its own and no other`, entry.node),
      );
    }
  }
  return { code, emissions: all, opaque };
}

function isEntry(item: Item): boolean {
  return item.attributes.some((attribute) => {
    const head = attribute.child("attribute")?.children[0];
    return head?.text.split("::").at(-1) === "deploy_schema_migration";
  });
}
