import type { Node } from "libpg-query";
import { rangeKey } from "../lint/known/key.js";
import type { Known } from "../lint/known/known.js";
import type { LintStatement } from "../lint/lint-statement.js";
import { rowWrite } from "../lint/rules/support/row-writes.js";
import { atLeast, tableLocks } from "../lint/table-locks.js";
import type { Script } from "../migration/release.js";
import { transactionalityOf } from "../postgres/transactionality.js";
import { allCommands, as } from "../sql/tree.js";
import { type Changes, changesOf, isSameObject, type NamedObject } from "./changes-of.js";
import type { Move, Pace } from "./kind.js";
import type { RewriteStep } from "./plan.js";
import { NotRewritable } from "./refusal.js";

/** A move with its tree and what it locks. */
export interface PlacedMove extends Move {
  readonly statement: LintStatement;
  /** A time limit of the session, which each short step sets again. */
  readonly isLimit: boolean;
  /** Keys of the existing tables whose writers or readers it blocks. */
  readonly tables: readonly string[];
}

/** How long a step may wait for its lock if the migration does not say. */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

const LIMITS: ReadonlySet<string> = new Set([
  "lock_timeout",
  "statement_timeout",
  "idle_in_transaction_session_timeout",
  "transaction_timeout",
]);

export function isLimit(node: Node): boolean {
  return LIMITS.has(as(node, "VariableSetStmt")?.name ?? "");
}

export function strongLocks(statement: LintStatement, known: Known): readonly string[] {
  const strong = tableLocks(statement.node).filter(
    ({ mode, table }) => atLeast(mode, "ShareLock") && !known.isNew(table, statement),
  );
  return [...new Set(strong.map(({ table }) => rangeKey(table)))];
}

/** The moves in order, each step with at most one table locked; contract steps come last. */
export function stepsOf(placed: readonly PlacedMove[], original: Script, isRewritten: boolean): readonly RewriteStep[] {
  const moves = waitingTogether(placed);
  const work = moves.filter((move) => !move.isLimit);
  const paces = work.map(paceOf);
  const limits = moves.filter((move) => move.isLimit).map(({ sql }) => sql);
  const isCut =
    isRewritten || paces.some((pace) => pace !== "short") || new Set(work.map(({ phase }) => phase)).size > 1;
  if (!isCut) return work.length === 0 ? [] : [whole(moves, work, original)];
  for (const move of work) refuseSetting(move);
  const together = keptTogether(work, paces);
  const steps: Open[] = [];
  for (const [at, move] of work.entries()) {
    const pace = paces[at] ?? "short";
    const open = steps.at(-1);
    const joins = open && pace === "short" && open.pace === "short" && open.move.phase === move.phase;
    if (joins && (move.joins || together.has(at) || fits(open, move))) {
      open.moves.push(move);
      for (const table of move.tables) open.tables.add(table);
    } else steps.push({ pace, move, moves: [move], tables: new Set(move.tables) });
  }
  refuseLateContract(work);
  const ordered = [
    ...steps.filter(({ move }) => move.phase !== "contract"),
    ...steps.filter(({ move }) => move.phase === "contract"),
  ];
  return ordered.map((step) => closed(step, limits));
}

interface Open {
  readonly pace: Pace;
  /** The first. */
  readonly move: PlacedMove;
  readonly moves: PlacedMove[];
  readonly tables: Set<string>;
}

function fits({ tables }: Open, move: PlacedMove): boolean {
  return new Set([...tables, ...move.tables]).size <= 1;
}

function closed({ pace, move, moves, tables }: Open, limits: readonly string[]): RewriteStep {
  const locks = pace === "short" && (tables.size > 0 || moves.some(({ bounded }) => bounded));
  const given = limits.length > 0 ? limits : locks ? [LOCK_TIMEOUT] : [];
  const slugs = [...new Set(moves.map(({ slug }) => slug).filter((slug) => slug !== ""))];
  return {
    phase: move.phase,
    slug: slugs[0] ?? "",
    statements: [...(pace === "short" ? given : []), ...moves.map(({ sql }) => sql)],
    transaction: pace === "outside" ? "none" : "single",
    backfill: move.backfill ?? null,
    condition: move.condition ?? null,
  };
}

/** A migration that is kept as it is, except for how long it may wait for its locks. */
function whole(moves: readonly PlacedMove[], work: readonly PlacedMove[], { transaction }: Script): RewriteStep {
  const [first] = work;
  const waits =
    transaction === "single" && moves.length === work.length && work.some(({ tables }) => tables.length > 0);
  return {
    phase: first?.phase ?? "expand",
    slug: first?.slug ?? "",
    statements: [...(waits ? [LOCK_TIMEOUT] : []), ...moves.map(({ sql }) => sql)],
    transaction,
    backfill: null,
    condition: first?.condition ?? null,
  };
}

/** What is dropped just before something that waits for a later release is dropped because of it, and waits as well. */
function waitingTogether(moves: readonly PlacedMove[]): readonly PlacedMove[] {
  const found: PlacedMove[] = [];
  for (const move of [...moves].reverse()) {
    const next = found.at(-1);
    const waits = next?.phase === "contract" && move.phase === "expand" && move.slug === "" && isOnlyDrop(move);
    found.push(
      waits
        ? { ...move, phase: "contract", slug: next.slug, ...(next.condition ? { condition: next.condition } : {}) }
        : move,
    );
  }
  return found.reverse();
}

function isOnlyDrop({ statement }: PlacedMove): boolean {
  const { drops, makes } = changesOf(statement.node);
  return drops.length > 0 && makes.length === 0;
}

/** Where a statement may run, as its kind or the statement itself says. */
function paceOf(move: PlacedMove): Pace {
  if (move.pace) return move.pace;
  const { statement } = move;
  const mode = transactionalityOf(statement);
  if (mode === "outside") return "outside";
  const validates = allCommands(statement.node).some(({ command }) => command.subtype === "AT_ValidateConstraint");
  return mode === "own" || validates || rowWrite(statement)?.verb === "INSERT … SELECT" ? "long" : "short";
}

/** A setting that is not a time limit affects what follows in the same session; steps have separate sessions. */
function refuseSetting({ statement }: PlacedMove): void {
  const set = as(statement.node, "VariableSetStmt");
  if (set)
    throw new NotRewritable(
      "session-setting",
      `it sets ${set.name ?? "a setting"} for the statements after it, which run in sessions of their own`,
    );
  if ("TransactionStmt" in statement.node)
    throw new NotRewritable("transaction-control", "it controls its transactions itself");
}

/**
 * Places of moves that must share the transaction of the previous one: what is dropped and created again is missing in between. What a statement's
 * own steps created temporarily is no loss to anybody. Throws `NotRewritable` where a statement in between cannot be in that transaction.
 */
function keptTogether(moves: readonly PlacedMove[], paces: readonly Pace[]): ReadonlySet<number> {
  const found = new Set<number>();
  const changes = moves.map(({ statement }) => changesOf(statement.node));
  for (const [from, change] of changes.entries()) {
    if (moves[from]?.phase === "contract") continue;
    const isOwn = (each: NamedObject) =>
      changes.some((earlier, at) => at < from && !isOriginal(moves, at, from) && makes(earlier, each));
    const madeAgain = change.drops
      .filter((each) => !isOwn(each))
      .map((each) => changes.findIndex((later, at) => at > from && makes(later, each)));
    const to = Math.max(-1, ...madeAgain);
    for (let at = from; at <= to; at++) {
      if (paces[at] !== "short" && isOriginal(moves, from, to))
        throw new NotRewritable(
          "depends",
          `what it drops (${change.drops[0]?.name}) is made again after a statement that runs by itself`,
        );
      if (at > from) found.add(at);
    }
  }
  return found;
}

function makes({ makes: made }: Changes, object: NamedObject): boolean {
  return made.some((each) => isSameObject(each, object));
}

/** A kind's own steps account for what they leave out in between. */
function isOriginal(moves: readonly PlacedMove[], from: number, to: number): boolean {
  return moves[from]?.statement.index !== moves[to]?.statement.index;
}

/** What waits for a later release is still there for everything before it. Throws `NotRewritable` where a later statement relies on its absence. */
function refuseLateContract(moves: readonly PlacedMove[]): void {
  for (const [at, move] of moves.entries()) {
    if (move.phase !== "contract") continue;
    const { drops, makes } = changesOf(move.statement.node);
    const later = moves
      .slice(at + 1)
      .filter(({ phase, statement }) => phase !== "contract" && statement.index !== move.statement.index);
    const uses = later.find(({ statement }) => {
      const change = changesOf(statement.node);
      return [...drops, ...makes].some(
        (each) =>
          [...change.makes, ...change.drops].some((other) => isSameObject(each, other)) ||
          (change.names.has(each.name) && (each.table === undefined || change.names.has(each.table))),
      );
    });
    if (uses)
      throw new NotRewritable(
        "depends",
        `it waits for a later release, and a statement of this one after it (line ${uses.statement.source.line}) uses the same name`,
      );
  }
}
