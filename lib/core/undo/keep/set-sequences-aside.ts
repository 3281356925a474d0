import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import type { Statement } from "../../sql/statement.js";
import { NO_FIT, NOTHING_FORETOLD, type SetAside } from "./aside.js";
import { copySize } from "./copy.js";
import { keepSequences } from "./keep-sequences.js";

/**
 * Positions of the sequences that go with what a way back drops: numbers that rows have are not given out a second time once both are there again.
 */
export function setSequencesAside(
  statement: Statement,
  sequences: readonly CatalogObject[],
  at: number,
): readonly SetAside[] {
  const { keep, restore } = keepSequences(statement, sequences);
  return keep.map((kept) => ({
    statement: at,
    before: kept.before,
    after: [],
    locks: kept.locks,
    tables: [kept.name],
    sizes: [copySize(kept.rows)],
    takes: [],
    fit: NO_FIT,
    foretold: NOTHING_FORETOLD,
    again: { copy: kept.name, before: [], after: restore },
  }));
}

/** The same for sequences that a migration creates and that belong to no column: the application takes numbers from them. */
export function madeAlone(file: string, before: CatalogIndex, after: CatalogIndex, at: number): readonly SetAside[] {
  const made = after.without(before).filter(isAlone);
  const statement: Statement = { index: -1, sql: "", source: { file, line: 1, column: 1 } };
  return setSequencesAside(statement, made, at);
}

function isAlone(object: CatalogObject): boolean {
  return object.kind === "sequence" && object.attributes.ownedBy === null;
}
