import {
  type OwnObjects,
  type OwnObjectsRow,
  ownObjects,
  type PlainlyOursRow,
  plainlyOurs,
} from "../../core/catalog/own-objects.js";
import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import { shortList } from "../../core/short-list.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";
import { automaticTexts, codeOnTables } from "./automatic-code.js";

/** Something is in the place of an object of ours, or attached to it. Nothing was read from it or written to it. */
export class NotOurs extends DatabaseError {
  constructor(strange: readonly string[]) {
    super(`not made by Schema Gate: ${shortList(strange, 5, "; ")}`, "NOT-OURS");
  }
}

/**
 * Checks our schema, our tables and a framework's ledger before they are read or written: whatever others put there would run with our
 * rights. `ledger`: the framework's, as SQL; null for our own. Throws `NotOurs`.
 */
export async function assertOurs(session: Session, schema: string | null, ledger: string | null = null): Promise<void> {
  const own = {
    schema: schema === null ? null : ownSchemaOf(schema),
    tenantSchema: schema,
    ledger,
    owner: session.owner,
  };
  const [first] = await session.repeated<Row & PlainlyOursRow>(plainlyOurs(own));
  const row = first?.plain === true ? NOTHING_STRANGE : await strangeObjects(session, own);
  const code = ledger === null ? [] : await codeOn(session, ledger);
  const strange = [...row.strange, ...code.map((name) => `${name}, which reading or writing ${ledger} runs`)];
  if (strange.length > 0) throw new NotOurs(strange);
}

const NOTHING_STRANGE: OwnObjectsRow = { strange: [] };

async function strangeObjects(session: Session, own: OwnObjects): Promise<OwnObjectsRow> {
  const [row] = await session.query<Row & OwnObjectsRow>(ownObjects(own));
  if (!row) throw new DatabaseError("the query for our own objects was answered with no row", "MALFORMED");
  return row;
}

async function codeOn(session: Session, table: string): Promise<readonly string[]> {
  return [...(await codeOnTables(session, [table])), ...(await automaticTexts(session, table))];
}
