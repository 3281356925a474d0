import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";
import { compileLibraries, sentBy, TOOLS } from "./fuzz/rustc.js";
import { writtenForms } from "./siblings/written-forms.js";

/** With `SCHEMA_GATE_FUZZ_RUSTC=1` every form is compiled and run, to hold what is written here against Rust. */
const COMPILED = Number(process.env.SCHEMA_GATE_FUZZ_RUSTC ?? 0) > 0;

interface Form {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** The texts that it sends, or how it ends without an answer: `panic`, `err`. */
  readonly sent: readonly string[] | string;
}

const LIB = `#[macro_use]
mod macros;
pub mod tools;
mod m1_change;
pub use sea_orm_migration::prelude::*;
pub struct Migrator;
#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m1_change::Migration)] }
}
`;

const migration = (body: string, items: string) => `use sea_orm_migration::prelude::*;
use crate::tools::*;
#[derive(DeriveMigrationName)]
pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        ${body}
        Ok(())
    }
}
${items}
`;

/** Other files stand behind `--- path`, items of the migration's own file behind `--- items`. */
function formsOf(file: string): readonly Form[] {
  return writtenForms(file).map(({ name, body, others, sent }) => {
    const paths = [...others].filter(([path]) => path !== "items");
    const more = Object.fromEntries(paths.map(([path, code]) => [`src/${path}`, code]));
    const mods = paths.map(([path]) => path).filter((path) => /^\w+(\.rs|\/mod\.rs)$/.test(path));
    const lib = mods.map((path) => `mod ${path.replace(/(\/mod)?\.rs$/, "")};\n`).join("");
    const change = migration(body, others.get("items") ?? "");
    const files = { ...TOOLS, "src/lib.rs": LIB + lib, "src/m1_change.rs": change, ...more };
    return { name, files, sent: JSON.parse(sent) as Form["sent"] };
  });
}

const STATEMENT = (text: string) => `comment on table a is '${text}'`;

async function read({ files }: Form): Promise<readonly string[] | "opaque"> {
  const release = await readRelease(filesOf(files), { application: false });
  const blocked = release.coverage.pieces.length > 0 || release.findings.some(({ severity }) => severity === "error");
  if (blocked) return "opaque";
  return release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql.replace(/;$/, "")));
}

describe.each(["effects.txt", "values.txt", "order.txt", "names.txt", "errors.txt", "further.txt", "later.txt"])(
  "forms of Rust in %s",
  (file) => {
    const forms = formsOf(file);

    it.each(forms)("$name is right or opaque", async (form) => {
      const found = await read(form);
      if (found === "opaque") return;
      expect(found).toEqual(typeof form.sent === "string" ? form.sent : form.sent.map(STATEMENT));
    });

    it.runIf(COMPILED)(
      "send what is written here",
      () => {
        const folder = mkdtempSync(join(tmpdir(), "schema-gate-siblings-"));
        try {
          compileLibraries(folder);
          for (const { name, files, sent } of forms) {
            if (typeof sent === "string") continue;
            expect(sentBy({ files, sent, edits: [] }, folder), name).toEqual(sent.map(STATEMENT));
          }
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      3_600_000,
    );
  },
);
