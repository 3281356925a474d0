import { codeOf, DECLARED, EFFECTS, edited, inserted, meaningOf, namesOf, type Piece, variables } from "./body.js";
import { migratorList } from "./migrator-list.js";
import { type Choose, type NamedText, namedText } from "./names.js";

/** A crate with what it sends; null when nobody can know that without running it. */
export interface ModelCrate {
  readonly files: Readonly<Record<string, string>>;
  readonly sent: readonly string[] | null;
  readonly edits: readonly string[];
}

/** One edit: which, of what, and where. */
export type EditChoice = readonly [kind: number, which: number, at: number];

const migration = (uses: string, body: string) => `use sea_orm_migration::prelude::*;
use std::{borrow::Cow, cell::{Cell, RefCell}, fmt::Write, rc::Rc, sync::Mutex};
use crate::tools::*;
${uses}
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
`;

/** Chooses by numbers that are given beforehand, so that a failing crate can be made smaller. */
function choosing(numbers: readonly number[]): Choose {
  let at = 0;
  return (count) => (numbers[at++] ?? 0) % count;
}

/** The effect of that name alone, between two statements that send. */
export function crateWith(name: string, tools: Readonly<Record<string, string>>): ModelCrate {
  const effect = EFFECTS.find((each) => each.name === name);
  const piece = (id: number, one = effect): Piece[] => (one ? [{ kind: "effect", effect: one, id }] : []);
  const sends = EFFECTS.filter((each) => each.name.startsWith("send: "));
  const body = [...piece(1), ...sends.flatMap((send, at) => piece(at + 2, send))];
  return assembled([body], [[]], { code: "vec![Box::new(m1_change::Migration)]", beside: "", numbers: [1] }, tools);
}

/** The crate that the edits make of the model. */
export function crateOf(
  edits: readonly EditChoice[],
  numbers: readonly number[],
  tools: Readonly<Record<string, string>>,
): ModelCrate {
  const choose = choosing(numbers);
  const count = choose(3) + 1;
  const send = EFFECTS.filter((each) => each.name.startsWith("send: "));
  const bodies: (readonly Piece[])[] = Array.from({ length: count }, (_, at) =>
    send.slice(at % 2, 6).map((effect, id): Piece => ({ kind: "effect", effect, id })),
  );
  const named: NamedText[][] = bodies.map(() => []);
  let listEdits = 0;
  for (const [id, [kind, which, at]] of edits.entries()) {
    const target = at % count;
    const body = bodies[target] ?? [];
    if (kind % 4 === 0) {
      const text = namedText(id + 100, choose);
      named[target]?.push(text);
      bodies[target] = inserted(body, { kind: "effect", effect: text.effect, id }, at);
    } else if (kind % 9 === 1) listEdits += 1;
    else bodies[target] = edited(body, which, id + 10, at);
  }
  return assembled(bodies, named, migratorList(count, listEdits, choose), tools);
}

function assembled(
  bodies: readonly (readonly Piece[])[],
  named: readonly (readonly NamedText[])[],
  list: ReturnType<typeof migratorList>,
  tools: Readonly<Record<string, string>>,
): ModelCrate {
  const files: Record<string, string> = { ...tools };
  for (const [at, body] of bodies.entries()) {
    const number = at + 1;
    const uses = (named[at] ?? []).map((text) => text.uses).join("\n");
    for (const text of named[at] ?? [])
      for (const [path, code] of Object.entries(text.files)) files[`src/${path}`] = code;
    files[`src/m${number}_change.rs`] = migration(
      uses,
      `${DECLARED(number)}\n        ${codeOf(body, variables(number))}`,
    );
  }
  files["src/lib.rs"] = `pub use sea_orm_migration::prelude::*;
#[macro_use]
mod macros;
pub mod tools;
${named
  .flat()
  .map((text) => text.root)
  .join("")}${bodies.map((_, at) => `mod m${at + 1}_change;`).join("\n")}
${list.beside}
pub struct Migrator;
#[async_trait::async_trait]
impl MigratorTrait for Migrator {
  fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    ${list.code}
  }
}
`;
  const meanings = list.numbers?.map((number) => meaningOf(bodies[number - 1] ?? [], number)) ?? null;
  const known = meanings?.every(({ unknown }) => !unknown) ?? false;
  const edits = bodies.map((body) => namesOf(body).join(" "));
  return { files, sent: known ? (meanings ?? []).flatMap(({ sent }) => sent) : null, edits };
}
