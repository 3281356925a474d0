import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";
import { compileLibraries, sentBy } from "./fuzz/rustc.js";
import { type WrittenForm, writtenForms } from "./siblings/written-forms.js";

/** With `SCHEMA_GATE_FUZZ_RUSTC=1` every list is compiled and run, to hold what is written here against Rust. */
const COMPILED = Number(process.env.SCHEMA_GATE_FUZZ_RUSTC ?? 0) > 0;

const NAMES = ["m1_a", "m2_b", "m3_c", "m4_d"];

const migration = (name: string) => `use sea_orm_migration::prelude::*;
#[derive(DeriveMigrationName)]
#[derive(Default)]
pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("comment on table a is '${name}'").await?;
        Ok(())
    }
}
`;

const library = (body: string, items: string) => `${NAMES.map((name) => `pub mod ${name};`).join("\n")}
pub use sea_orm_migration::prelude::*;
pub struct Migrator;
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        ${body.trim()}
    }
}
fn first() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m1_a::Migration)] }
fn second() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m3_c::Migration), Box::new(m2_b::Migration)] }
fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m1_a::Migration), Box::new(m2_b::Migration), Box::new(m3_c::Migration), Box::new(m4_d::Migration)]
}
${items}
`;

function filesFor({ body, others }: WrittenForm): Readonly<Record<string, string>> {
  const more = [...others].filter(([path]) => path !== "items").map(([path, text]) => [`src/${path}`, text]);
  return {
    "src/lib.rs": library(body, others.get("items") ?? ""),
    ...Object.fromEntries(NAMES.map((name) => [`src/${name}.rs`, migration(name)])),
    ...Object.fromEntries(more),
  };
}

async function read(form: WrittenForm): Promise<readonly string[] | "unknown"> {
  const release = await readRelease(filesOf(filesFor(form)), { application: false });
  const blocked = release.coverage.pieces.length > 0 || release.findings.some(({ severity }) => severity === "error");
  if (blocked) return "unknown";
  return release.migrations.flatMap(({ up }) => up.statements.map(({ sql }) => told(sql)));
}

const sentOf = ({ sent }: WrittenForm) => (sent === "unknown" ? sent : JSON.parse(sent));

const told = (sql: string) => /'(.*)'/.exec(sql)?.[1] ?? sql;

describe("a migrator's list", () => {
  const forms = writtenForms("lists.txt");

  it.each(forms)("$name: right, or blocks", async (form) => {
    const found = await read(form);
    if (found !== "unknown") expect(found).toEqual(sentOf(form));
  });

  it.runIf(COMPILED)(
    "runs what is written here",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "schema-gate-lists-"));
      try {
        compileLibraries(folder);
        for (const form of forms) {
          if (form.sent === "unknown") continue;
          const sent = sentBy({ files: filesFor(form), sent: null, edits: [] }, folder);
          expect(sent.map(told), form.name).toEqual(sentOf(form));
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    3_600_000,
  );
});
