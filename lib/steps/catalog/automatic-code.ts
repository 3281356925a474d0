import { AUTOMATIC_TEXTS, automaticValues } from "../../core/catalog/automatic-texts.js";
import {
  CODE_ON_TABLES,
  type CodeAnswer,
  LESSER_CODE,
  type LesserFunction,
} from "../../core/catalog/code-of-others.js";
import type { Migration } from "../../core/migration/release.js";
import { shortList } from "../../core/short-list.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

/** Executing anything on this connection could run code written by a role with fewer rights. Nothing was executed. */
class RunsOthersCode extends DatabaseError {
  constructor(code: readonly string[]) {
    super(`${shownCode(code)} would run with rights that reach beyond the database`, "OTHERS-CODE");
  }
}

/**
 * Functions of a lesser role that the database calls on its own, or that a migration or text names, where the session's role reaches beyond
 * the database.
 */
export async function automaticCode(
  session: Session,
  migrations: readonly Migration[],
  texts: readonly string[] = [],
): Promise<readonly string[]> {
  const found = await session.query<Row & LesserFunction>(LESSER_CODE);
  const automatic = await automaticTexts(session, null);
  if (found.length === 0) return automatic;
  const scripts = migrations.flatMap(({ up, down }) => [up, down].map((script) => textOf(script)));
  const text = [...scripts, ...texts.map((each) => each.toLowerCase())].join("\n");
  const words = new Set(text.match(WORD));
  const named = (name: string) =>
    ESCAPED_NAME.test(text) || words.has(name) || (/[^\p{L}\p{N}_$]/u.test(name) && text.includes(name));
  const shown = found.filter(({ name, automatic }) => automatic || named(name.toLowerCase())).map((one) => one.shown);
  return [...new Set([...shown, ...automatic])];
}

/**
 * PostgreSQL functions that act or read as whoever runs them, called by a lesser role's expressions, views, rules and operators.
 * `relation`: only those on this one.
 */
export async function automaticTexts(session: Session, relation: string | null): Promise<readonly string[]> {
  const rows = await session.query<Row & { readonly what: string }>(AUTOMATIC_TEXTS, automaticValues(relation));
  return rows.map(({ what }) => what);
}

/** Functions of a lesser role that PostgreSQL runs when these tables, as SQL, are read or written, whatever the query. */
export async function codeOnTables(session: Session, tables: readonly string[]): Promise<readonly string[]> {
  const [row] = await session.query<Row & Pick<CodeAnswer, "always">>(CODE_ON_TABLES, [tables]);
  return row?.always ?? [];
}

/** Throws `RunsOthersCode`. */
export async function assertNoCodeOn(session: Session, tables: readonly string[]): Promise<void> {
  const code = await codeOnTables(session, tables);
  if (code.length > 0) throw new RunsOthersCode(code);
}

/** Names are looked for in bodies and texts too, whatever surrounds them. */
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/gu;

/** A name whose letters are written as code points: it may be any name. */
const ESCAPED_NAME = /\bu&"/i;

function textOf(script: Migration["down"]): string {
  return (script?.statements ?? []).map(({ sql }) => sql.toLowerCase()).join("\n");
}

/** Throws `RunsOthersCode`. */
export async function assertNoOthersCode(
  session: Session,
  migrations: readonly Migration[],
  texts: readonly string[] = [],
): Promise<void> {
  const code = await automaticCode(session, migrations, texts);
  if (code.length > 0) throw new RunsOthersCode(code);
}

export function shownCode(code: readonly string[]): string {
  return shortList(code, 3);
}
