/**
 * Names that the server chooses for what a statement leaves unnamed. Sources: makeObjectName, ChooseIndexName and ChooseRelationName
 * (src/backend/commands/indexcmds.c), ChooseConstraintName (src/backend/catalog/pg_constraint.c). Measured in
 * test/core/postgres/chosen-names.test.ts.
 */

/** Bytes of a name: NAMEDATALEN - 1. */
export const LONGEST_NAME = 63;

/** What gets a name, and the word at the name's end. */
const LABELS = {
  "primary key": "pkey",
  unique: "key",
  exclusion: "excl",
  check: "check",
  "foreign key": "fkey",
  "not null": "not_null",
  index: "idx",
  sequence: "seq",
} as const;

export type Unnamed = keyof typeof LABELS;

/** Names that a schema already has. Those of indexes and sequences are relation names; a key's index counts as both. */
export interface TakenNames {
  relation(name: string): boolean;
  constraint(name: string): boolean;
}

const NOTHING_TAKEN: TakenNames = { relation: () => false, constraint: () => false };

const NAMESPACES: Readonly<Record<Unnamed, readonly (keyof TakenNames)[]>> = {
  "primary key": ["relation", "constraint"],
  unique: ["relation", "constraint"],
  exclusion: ["relation", "constraint"],
  check: ["constraint"],
  "foreign key": ["constraint"],
  "not null": ["constraint"],
  index: ["relation"],
  sequence: ["relation"],
};

/**
 * The name of something on a table or a domain. `columns`: its columns in order, including INCLUDE, `null` for an expression without a name of its
 * own. Numbers count up until the name is free.
 */
export function chosenName(
  of: Unnamed,
  owner: string,
  columns: readonly (string | null)[],
  taken: TakenNames = NOTHING_TAKEN,
): string {
  const middle = middleOf(of, columns);
  for (let number = 0; ; number++) {
    const name = objectName(owner, middle, `${LABELS[of]}${number === 0 ? "" : number}`);
    if (!NAMESPACES[of].some((space) => taken[space](name))) return name;
  }
}

/** Whether the server may have chosen a name itself, with or without a number. */
export function isChosenName(name: string, of: Unnamed, owner: string, columns: readonly (string | null)[]): boolean {
  const number = /[1-9]\d*$/.exec(name)?.[0] ?? "";
  const middle = middleOf(of, columns);
  return [LABELS[of], `${LABELS[of]}${number}`].some((label) => objectName(owner, middle, label) === name);
}

function middleOf(of: Unnamed, columns: readonly (string | null)[]): string {
  if (of === "primary key") return "";
  // A check is named after its column when it mentions just one.
  if (of === "check") return columns.length === 1 ? (columns[0] ?? "") : "";
  return joined(of === "foreign key" ? columns.map((column) => column ?? "") : indexColumns(columns));
}

/** ChooseIndexColumnNames: duplicate names are numbered. */
function indexColumns(columns: readonly (string | null)[]): readonly string[] {
  const names: string[] = [];
  for (const column of columns) {
    const own = column ?? "expr";
    let name = own;
    for (let number = 1; names.includes(name); number++)
      name = `${clipped(own, LONGEST_NAME - String(number).length)}${number}`;
    names.push(name);
  }
  return names;
}

/** ChooseIndexNameAddition: nothing is added once there are more bytes than a name may have. */
function joined(columns: readonly string[]): string {
  let text = "";
  for (const column of columns) {
    text += text === "" ? column : `_${column}`;
    if (bytesOf(text) > LONGEST_NAME) break;
  }
  return text;
}

/** makeObjectName: the longer of the first two parts is shortened until the whole fits, and then any partial character is removed. */
export function objectName(first: string, second: string, label: string): string {
  const room = LONGEST_NAME - bytesOf(label) - 1 - (second === "" ? 0 : 1);
  let [left, right] = [bytesOf(first), bytesOf(second)];
  while (left + right > room) {
    if (left > right) left -= 1;
    else right -= 1;
  }
  return [clipped(first, left), ...(second === "" ? [] : [clipped(second, right)]), label].join("_");
}

/** A name as the server keeps it: its first bytes, whole characters only. */
function clipped(name: string, bytes = LONGEST_NAME): string {
  let kept = "";
  let used = 0;
  for (const character of name) {
    used += bytesOf(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
