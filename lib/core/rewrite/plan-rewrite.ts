import type { Node } from "libpg-query";
import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { learnCatalog } from "../lint/known/from-catalog.js";
import { type Circumstances, Known } from "../lint/known/known.js";
import { learn } from "../lint/known/learn.js";
import type { LintScript, LintStatement } from "../lint/lint-statement.js";
import { planStepOf } from "../migration/plan-step.js";
import type { Script } from "../migration/release.js";
import { deparse } from "../sql/deparse.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import type { ParsedStatement, Statement } from "../sql/statement.js";
import { allCommands, as } from "../sql/tree.js";
import { hazardLeft } from "./hazard-left.js";
import type { Move, RewriteContext, Rewriting } from "./kind.js";
import { REWRITE_KINDS } from "./kinds/index.js";
import type { RewritePlan, RewrittenStatement, WholeStatement } from "./plan.js";
import { NotRewritable, type RewriteRefusal } from "./refusal.js";
import { isLimit, type PlacedMove, stepsOf, strongLocks } from "./steps-of.js";
import { backfillComment } from "./support/backfill-move.js";

export type PlannedRewrite =
  | { readonly plan: RewritePlan; readonly refusal: null }
  | { readonly plan: null; readonly refusal: RewriteRefusal };

/**
 * One migration as steps, given the catalog before it: a plan with nothing rewritten where it holds no lock for long, and never half a plan. The
 * parser must be loaded.
 */
export async function planRewrite(script: Script, catalog: Catalog): Promise<PlannedRewrite> {
  const planner = new Planner(script, catalog);
  try {
    const plan = planner.plan();
    await hazardLeft(plan, script, catalog);
    return { plan, refusal: null };
  } catch (error) {
    if (!(error instanceof NotRewritable)) throw error;
    const source = planner.current?.source ?? null;
    return { plan: null, refusal: { code: error.code, reason: error.message, source } };
  }
}

/** The order in which the server runs the commands of one ALTER TABLE. Source: AlterTablePass (src/backend/commands/tablecmds.c). */
function inPasses(commands: readonly Node[]): readonly Node[] {
  return [...commands].sort((a, b) => passOf(a) - passOf(b));
}

const PASSES: readonly (readonly string[])[] = [
  ["AT_DropColumn", "AT_DropConstraint", "AT_DropNotNull"],
  ["AT_AlterColumnType"],
  ["AT_AddColumn"],
];

function passOf(node: Node): number {
  const { subtype = "AT_AddColumn", def } = as(node, "AlterTableCmd") ?? {};
  const drops = subtype === "AT_ColumnDefault" && def === undefined;
  const found = drops ? 0 : PASSES.findIndex((pass) => pass.includes(subtype));
  return found < 0 ? PASSES.length : found;
}

class Planner {
  current: Statement | null = null;
  private readonly known: Known;
  private readonly context: RewriteContext;
  private readonly script: LintScript;
  private readonly moves: PlacedMove[] = [];
  private readonly rewritten: RewrittenStatement[] = [];
  private readonly whole: WholeStatement[] = [];

  constructor(
    private readonly original: Script,
    catalog: Catalog,
  ) {
    const major = Math.trunc(catalog.serverVersion / 10_000);
    const circumstances: Circumstances = {
      together: true,
      versions: { from: major, to: major },
      serverVersion: catalog.serverVersion,
      lockTimeoutSet: true,
      schemaPerTenant: false,
      opaqueReported: true,
    };
    this.known = new Known(circumstances, null, true);
    learnCatalog(this.known, catalog);
    const together = original.transaction === "single";
    const before = new CatalogIndex(catalog);
    this.context = { known: this.known, before, together, major, step: planStepOf(original) };
    this.script = { ...original, transaction: "none" };
  }

  plan(): RewritePlan {
    if (this.original.isolation !== "read committed")
      throw new NotRewritable("isolation", `its transaction is ${this.original.isolation}, so it cannot be cut`);
    for (const statement of this.original.statements) {
      this.current = statement;
      const parsed = parseStatement(statement);
      if (!isParsed(parsed)) throw new NotRewritable("unparsed", `PostgreSQL's parser refuses it: ${parsed.error}`);
      for (const part of this.partsOf(parsed)) this.visit(part, statement, null);
    }
    const { moves, rewritten, original, whole } = this;
    this.refuseOnlyWhole();
    this.current = null;
    return { steps: stepsOf(moves, original, rewritten.length > 0), rewritten, whole };
  }

  /** A plan that would only repeat the statement is none. */
  private refuseOnlyWhole(): void {
    const [first] = this.whole;
    if (!first || this.rewritten.length > 0) return;
    this.current = first.statement;
    throw new NotRewritable("backfill", first.reason);
  }

  /** The commands of an ALTER TABLE one by one, if one of them is rewritten; otherwise the statement as it is. */
  private partsOf(parsed: ParsedStatement): readonly ParsedStatement[] {
    const alter = as(parsed.node, "AlterTableStmt");
    if (!alter || allCommands(parsed.node).length < 2) return [parsed];
    const parts = inPasses(alter.cmds ?? []).map((command) =>
      this.parse(deparse({ AlterTableStmt: { ...alter, cmds: [command] } }), parsed),
    );
    return parts.some((part) => this.isHazard(part)) ? parts : [parsed];
  }

  /** A refusal is about a hazard too. */
  private isHazard(part: ParsedStatement): boolean {
    try {
      return REWRITE_KINDS.some((kind) => kind.rewrite(this.placed(part), this.context) !== null);
    } catch (error) {
      if (error instanceof NotRewritable) return true;
      throw error;
    }
  }

  private visit(parsed: ParsedStatement, origin: Statement, from: Move | null): void {
    const statement = this.placed(parsed);
    const { backfill } = this.original;
    if (from === null && backfill?.statement === origin.index) {
      const comment = backfillComment(backfill);
      this.keep(statement, {
        sql: parsed.sql,
        phase: "backfill",
        slug: "backfill",
        pace: "backfill",
        backfill: comment,
      });
      return;
    }
    for (const kind of REWRITE_KINDS) {
      const rewriting = kind.rewrite(statement, this.context);
      if (!rewriting || this.isJudged(rewriting)) continue;
      const [{ whole } = {}] = rewriting.moves;
      if (whole !== undefined) this.whole.push({ statement: { ...origin }, reason: whole });
      const isSame =
        rewriting.moves.length === 1 && rewriting.moves[0]?.sql === parsed.sql && !rewriting.moves[0].again;
      if (!isSame || rewriting.moves[0]?.pace === "backfill")
        this.rewritten.push({ kind: kind.id, title: kind.title, statement: { ...origin } });
      for (const move of rewriting.moves) {
        const next = this.parse(move.sql, parsed);
        if (move.again) this.visit(next, origin, move);
        else this.keep(this.placed(next), move);
      }
      return;
    }
    this.keep(statement, from ?? this.asItIs(parsed.sql));
  }

  /** A step that waits for a later release waits as a whole. */
  private asItIs(sql: string): Move {
    const { step } = this.context;
    if (step?.phase !== "contract") return { sql, phase: "expand", slug: "" };
    return { sql, phase: "contract", slug: "", ...(step.condition === null ? {} : { condition: step.condition }) };
  }

  /** A step of a plan that runs in this release holds nothing that has to wait: what it drops or renames is the plan's own. */
  private isJudged({ moves }: Rewriting): boolean {
    const { step } = this.context;
    return step !== null && step.phase !== "contract" && moves.some(({ phase }) => phase === "contract");
  }

  private keep(statement: LintStatement, move: Move): void {
    const { again: _, ...kept } = move;
    this.moves.push({
      ...kept,
      statement,
      isLimit: isLimit(statement.node),
      tables: strongLocks(statement, this.known),
    });
    learn(this.known, statement);
    // A table that gets its name in a switch is read and written from then on.
    const rename = move.phase === "switch" ? as(statement.node, "RenameStmt") : undefined;
    const named = this.known.table(rename && { ...rename.relation, relname: rename.newname ?? "" });
    if (rename?.renameType === "OBJECT_TABLE" && named) named.inUse = true;
  }

  private parse(sql: string, from: Statement): ParsedStatement {
    const parsed = parseStatement({ index: from.index, sql, source: from.source });
    if (!isParsed(parsed)) throw new NotRewritable("form", `what would replace it does not parse: ${parsed.error}`);
    return parsed;
  }

  private placed(parsed: ParsedStatement): LintStatement {
    return { ...parsed, script: this.script, transaction: null, nested: false };
  }
}
