import { linesOf } from "./sections.js";

/** A part of the file that goose sends as one statement, in UTF-16 units. */
interface GoosePiece {
  readonly direction: "up" | "down";
  readonly start: number;
  readonly end: number;
}

export interface GooseScript {
  readonly pieces: readonly GoosePiece[];
  readonly transaction: boolean;
  /** Why goose refuses the file, with the line; null when it accepts it. */
  readonly refusal: Refusal | null;
  /** Why it refuses only the way back, which it notices when it runs it. */
  readonly downRefusal: Refusal | null;
  /** Line from which goose substitutes environment values; null when it never does. */
  readonly substitutionAt: number | null;
}

export interface Refusal {
  readonly why: string;
  readonly line: number;
}

interface State {
  direction: "up" | "down" | null;
  /** Inside StatementBegin and StatementEnd. */
  block: boolean;
  /** Offset where the statement that is still open began; null between statements. */
  open: number | null;
  openLine: number;
  /** After an empty block: goose drops the next line that is neither empty, a comment nor an annotation. */
  drops: boolean;
}

/**
 * Cuts a file as goose does: a statement ends with a line whose last word before a comment ends with a semicolon, or with StatementEnd; anything
 * still open at the end of a section is an error. Source: goose 3.25 `internal/sqlparser/parser.go`, against which `goose.test.ts` was written.
 */
export function readGooseScript(text: string): GooseScript {
  const state: State = { direction: null, block: false, open: null, openLine: 1, drops: false };
  const pieces: GoosePiece[] = [];
  const found = { transaction: true, substitutionAt: null as number | null };
  let at = 0;
  let refusal: GooseScript["refusal"] = null;
  for (const [index, line] of linesOf(text).entries()) {
    const next = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at) + 1;
    const why = takeLine(state, { line, number: index + 1, start: at, end: next }, pieces, found);
    if (why !== null) {
      refusal = { why, line: index + 1 };
      break;
    }
    at = next;
  }
  const atEnd = refusal ?? refusalAtEnd(state);
  const down = refusal === null && state.direction === "down" && !state.block;
  return { pieces, ...found, refusal: down ? null : atEnd, downRefusal: down ? atEnd : null };
}

interface Line {
  readonly line: string;
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

function takeLine(
  state: State,
  at: Line,
  pieces: GoosePiece[],
  found: { transaction: boolean; substitutionAt: number | null },
): string | null {
  const { line } = at;
  const isComment = line.trim().startsWith("--");
  if (state.direction === null && line.trim() === "") return null;
  if (isComment && line.includes("+goose")) {
    const command = annotationOf(line);
    if (command === "statementend") return endBlock(state, at, pieces);
    return command === null ? "this annotation is not one that it knows" : annotate(state, command, at, found);
  }
  if (state.open === null && (isComment || line === "")) return null;
  if (state.direction === null) return "text comes before `-- +goose Up`";
  if (state.drops) {
    state.drops = false;
    return line.trim() === ""
      ? null
      : "it drops the line behind a block of StatementBegin and StatementEnd with nothing in it";
  }
  if (state.open === null) Object.assign(state, { open: at.start, openLine: at.number });
  if (!state.block && endsWithSemicolon(line)) close(state, at.end, pieces);
  return null;
}

const ANNOTATIONS = ["up", "down", "statementbegin", "statementend", "no transaction", "envsub on", "envsub off"];

/** Null for a line that goose regards as a broken annotation. */
function annotationOf(line: string): string | null {
  if (/^\s/.test(line)) return null;
  const command = line.replaceAll("--", "").replace("+goose", "").trim().toLowerCase();
  return ANNOTATIONS.includes(command) ? command : null;
}

function annotate(
  state: State,
  command: string,
  at: Line,
  found: { transaction: boolean; substitutionAt: number | null },
): string | null {
  if (command === "no transaction") found.transaction = false;
  if (command === "envsub on") found.substitutionAt ??= at.number;
  if (command === "up" && state.direction !== null) return "`-- +goose Up` is there twice";
  if (command === "up") state.direction = "up";
  if (command === "down") {
    if (state.direction !== "up" || state.block) return "`-- +goose Down` must follow `-- +goose Up`";
    if (state.open !== null) return "the statement before `-- +goose Down` does not end with a semicolon";
    Object.assign(state, { direction: "down", drops: false });
  }
  if (command === "statementbegin") {
    if (state.direction === null || state.block) return "`-- +goose StatementBegin` has no place here";
    Object.assign(state, { block: true, drops: false });
  }
  return null;
}

function endBlock(state: State, at: Line, pieces: GoosePiece[]): string | null {
  if (!state.block) return "`-- +goose StatementEnd` has no beginning";
  state.drops = state.open === null;
  state.block = false;
  close(state, at.start, pieces);
  return null;
}

function close(state: State, end: number, pieces: GoosePiece[]): void {
  if (state.direction && state.open !== null) pieces.push({ direction: state.direction, start: state.open, end });
  state.open = null;
}

function refusalAtEnd(state: State): GooseScript["refusal"] {
  if (state.direction === null) return { why: "it lacks `-- +goose Up`", line: 1 };
  if (state.block) return { why: "`-- +goose StatementEnd` is missing", line: state.openLine };
  if (state.open !== null) return { why: "its last statement does not end with a semicolon", line: state.openLine };
  return null;
}

function endsWithSemicolon(line: string): boolean {
  let last = "";
  for (const word of line.split(/\s+/).filter((each) => each !== "")) {
    if (word.startsWith("--")) break;
    last = word;
  }
  return last.endsWith(";");
}
