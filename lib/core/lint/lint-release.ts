import type { Catalog } from "../catalog/catalog.js";
import { compareFindings, type Finding } from "../finding.js";
import type { FunctionBodies } from "../operations/called.js";
import type { MajorRange } from "../postgres/majors.js";
import { isParsed, loadParser, parseStatement } from "../sql/parse.js";
import { type Guard, textBodyStatements } from "../sql/plpgsql.js";
import type { ParsedStatement, Statement, UnparsedStatement } from "../sql/statement.js";
import { kindsOf } from "../sql/tree.js";
import { calledBodies } from "./called-bodies.js";
import { learnCatalog } from "./known/from-catalog.js";
import { relationKey } from "./known/key.js";
import { type Circumstances, Known, type TableSize } from "./known/known.js";
import { learn } from "./known/learn.js";
import { mayBeInOtherSchema } from "./known/other-schema.js";
import type { LintScript, LintStatement } from "./lint-statement.js";
import { placeOf } from "./report-place.js";
import { RULES } from "./rules/index.js";
import { ALL_VERSIONS, type Report, type Rule } from "./rules/rule.js";
import { judge } from "./severity.js";
import { TransactionTracker } from "./transactions.js";
import { unparsedFinding } from "./unparsed.js";
import { applyWaivers, readWaivers, type Waived, type Waiver } from "./waivers.js";

export interface LintInput {
  /** In the order in which they run; where each is separate, the next is asked for once the one before is judged. A release's `Script` fits. */
  readonly scripts: Iterable<LintScript>;
  /** A live catalog of the cluster, as it is before the release. */
  readonly catalog?: Catalog;
  /** By `schema.table`; the largest tenant's. */
  readonly statistics?: ReadonlyMap<string, TableSize>;
  /** The config's; waivers in comments are found. */
  readonly waivers?: readonly Waiver[];
  /** Called for each finding that a waiver removes. */
  readonly onWaived?: (waived: Waived) => void;
  /** `2026-11-22`, to compare with the waivers' last days. */
  readonly today: string;
  readonly customRules?: readonly Rule[];
  readonly circumstances?: Partial<Circumstances>;
}

/** A lint finding with what replaces its statement, when the rewrite is mechanical. */
export interface LintFinding extends Finding {
  readonly fix?: Fix;
  /** It is about a statement inside a DO block or a called function, which no rewrite takes apart. */
  readonly nested?: true;
}

export interface Fix {
  /** The statement to replace, by its place in the file. */
  readonly statement: Statement;
  readonly statements: readonly string[];
}

const GATE: Circumstances = {
  together: true,
  versions: ALL_VERSIONS,
  serverVersion: null,
  lockTimeoutSet: true,
  schemaPerTenant: false,
  opaqueReported: true,
};

/**
 * Applies every rule to every statement of a release, given the catalog and the statements before it. Sorted by severity; deterministic. The defaults
 * are the gate's: the scripts run together, and the runner sets lock_timeout.
 */
export async function lintRelease(input: LintInput): Promise<readonly LintFinding[]> {
  return withWaivers([await judgeScripts(input)], input);
}

/** What the rules say before any waiver, and the waivers in the scripts. Plain data. */
export interface JudgedScripts {
  readonly found: readonly LintFinding[];
  readonly waivers: readonly Waiver[];
}

/** The part of `lintRelease` that separate scripts can share out. */
export async function judgeScripts(input: Omit<LintInput, "waivers" | "onWaived">): Promise<JudgedScripts> {
  await loadParser();
  const run = new LintRun(input);
  for (const scripts of releasesOf(input)) run.read(scripts, await calledBodies(scripts, input.catalog));
  return run;
}

/** All findings of a release, without those that its own or the config's waivers remove. */
export function withWaivers(
  judged: readonly JudgedScripts[],
  { waivers = [], today, customRules = [], onWaived = () => {} }: Omit<LintInput, "scripts">,
): readonly LintFinding[] {
  const ids = new Set([...RULES, ...customRules].map((rule) => rule.id).concat("lint.unparsed"));
  const all = [...waivers, ...judged.flatMap((each) => each.waivers)];
  const found = judged.flatMap((each) => each.found);
  return [...applyWaivers(found, all, today, ids, onWaived)].sort(compareFindings);
}

/** Scripts that know of each other. */
function* releasesOf({
  scripts,
  circumstances,
}: Pick<LintInput, "scripts" | "circumstances">): Iterable<readonly LintScript[]> {
  if (!circumstances?.separate) yield [...scripts];
  else for (const script of scripts) yield [script];
}

/** The rules that look at a statement of some kinds. */
interface RulesOfKinds {
  readonly all: readonly Rule[];
  /** Where it is not sure what exists: without those that say that the server refuses the statement. */
  readonly unsure: readonly Rule[];
}

class LintRun implements JudgedScripts {
  private known: Known;
  private bodies: FunctionBodies | null = null;
  private readonly tracker = new TransactionTracker();
  private readonly circumstances: Circumstances;
  readonly found: LintFinding[] = [];
  readonly waivers: Waiver[] = [];
  private readonly rules: readonly Rule[];
  private readonly finishing: readonly Rule[];
  private readonly byKinds = new Map<string, RulesOfKinds>();

  constructor(private readonly input: Omit<LintInput, "waivers" | "onWaived">) {
    const serverVersion = input.catalog?.serverVersion ?? input.circumstances?.serverVersion ?? null;
    const major = serverVersion === null ? null : Math.trunc(serverVersion / 10_000);
    const versions = major === null ? GATE.versions : { from: major, to: major };
    const circumstances = { ...GATE, versions, ...input.circumstances, serverVersion };
    this.circumstances = circumstances;
    this.known = this.atFirst();
    this.rules = [...RULES, ...(input.customRules ?? [])].filter(
      (rule) => overlap(rule.versions, circumstances.versions) && (rule.when?.(circumstances) ?? true),
    );
    this.finishing = this.rules.filter(({ finish }) => finish);
  }

  /** What is known before the first statement. */
  private atFirst(): Known {
    const sizes = this.input.statistics ? keyed(this.input.statistics) : null;
    const known = new Known(this.circumstances, sizes, this.input.catalog !== undefined);
    if (this.input.catalog) learnCatalog(known, this.input.catalog);
    return known;
  }

  /** Judges scripts that know of each other, and of none that was read before. */
  read(scripts: readonly LintScript[], bodies: FunctionBodies | null): void {
    this.known = this.atFirst();
    this.bodies = bodies;
    for (const script of scripts) {
      this.tracker.begin(script);
      this.readWaivers(script);
      for (const statement of script.statements) this.visit(statement, script, this.tracker);
    }
    this.finish();
  }

  private finish(): void {
    for (const rule of this.finishing) this.report(rule, rule.finish?.(this.known) ?? []);
  }

  private readWaivers(script: LintScript): void {
    if (script.history) return;
    const { waivers, findings } = readWaivers(script);
    this.waivers.push(...waivers);
    this.found.push(...findings);
  }

  private visit(statement: Statement, script: LintScript, tracker: TransactionTracker): void {
    const parsed = parsedForm(statement);
    if (!isParsed(parsed)) {
      if (!script.history && !this.known.circumstances.opaqueReported) this.found.push(unparsedFinding(parsed));
      return;
    }
    const placed: LintStatement = { ...parsed, script, transaction: tracker.place(parsed), nested: false };
    this.judgeAndLearn(placed);
    if ("DoStmt" in placed.node) {
      this.visitBody(placed, tracker);
      return;
    }
    this.visitCalled(placed, tracker);
    this.bodies?.note(placed);
  }

  /** The statements of a DO block run at its place, in one transaction. */
  private visitBody(outer: LintStatement, tracker: TransactionTracker): void {
    const transaction = outer.transaction ?? tracker.alone();
    for (const inner of textBodyStatements(outer)?.statements ?? []) {
      if (isParsed(inner)) {
        const placed: LintStatement = {
          ...inner,
          script: outer.script,
          transaction,
          nested: true,
          ...underGuards(inner.guards),
        };
        this.judgeAndLearn(placed);
        this.visitCalled(placed, tracker);
        this.bodies?.note(placed, inner.guards.length === 0);
      } else if (!outer.script.history && !this.known.circumstances.opaqueReported)
        this.found.push(unparsedFinding(inner));
    }
  }

  /** What the functions do that a statement calls, in its transaction. */
  private visitCalled(outer: LintStatement, tracker: TransactionTracker): void {
    const called = this.bodies?.calledStatements(outer) ?? [];
    const transaction = outer.transaction ?? (called.length > 0 ? tracker.alone() : null);
    for (const { guards, ...statement } of called) {
      const inner = parseStatement(statement);
      if (!isParsed(inner)) continue;
      const { conditional, unlessThere } = underGuards(guards);
      this.judgeAndLearn({
        ...inner,
        script: outer.script,
        transaction,
        nested: true,
        called: true,
        conditional: outer.conditional === true || conditional,
        unlessThere: outer.unlessThere === true || unlessThere,
      });
    }
  }

  private judgeAndLearn(statement: LintStatement): void {
    if (!statement.script.history) {
      const { all, unsure } = this.rulesFor(statement);
      const sure = this.known.certain && statement.conditional !== true && all.length > unsure.length;
      const rules = sure && !mayBeInOtherSchema(statement, this.known) ? all : unsure;
      for (const rule of rules) this.report(rule, rule.check?.(statement, this.known) ?? []);
    }
    learn(this.known, statement);
  }

  private rulesFor(statement: LintStatement): RulesOfKinds {
    const kinds = kindsOf(statement.node);
    const key = kinds.join();
    const cached = this.byKinds.get(key);
    if (cached) return cached;
    const all = this.rules.filter(
      ({ check, nodes }) => check && (nodes.length === 0 || nodes.some((node) => kinds.includes(node))),
    );
    const rules = { all, unsure: all.filter(({ refuses }) => !refuses) };
    this.byKinds.set(key, rules);
    return rules;
  }

  private report(rule: Rule, reports: Iterable<Report>): void {
    for (const report of reports) {
      if (rule.sized && this.known.isNew(report.table, report.statement)) continue;
      const { severity, basis } = judge(rule, report, this.known);
      this.found.push({
        code: rule.id,
        gate: "lint",
        severity,
        subject: report.subject,
        message: report.message + basis + (report.statement.called ? CALLED : ""),
        remedy: report.remedy,
        source: report.statement.nested ? report.statement.source : placeOf(report),
        ...(report.unknown ? { unknown: true } : {}),
        ...(report.fix ? { fix: fixOf(report.statement, report.fix) } : {}),
        ...(report.statement.nested ? { nested: true as const } : {}),
      });
    }
  }
}

/** Without the tree and the script: findings are remembered, and outlive both. */
function fixOf({ index, sql, source }: Statement, statements: readonly string[]): Fix {
  return { statement: { index, sql, source }, statements };
}

const CALLED = " It is inside a function that this statement calls.";

function underGuards(guards: readonly Guard[]): { readonly conditional: boolean; readonly unlessThere: boolean } {
  return {
    conditional: guards.some(({ kind }) => kind !== "unless there"),
    unlessThere: guards.some(({ kind }) => kind === "unless there"),
  };
}

/** A statement that was parsed when its file was read is not parsed again. */
function parsedForm(statement: Statement): ParsedStatement | UnparsedStatement {
  if ("node" in statement) return statement as ParsedStatement;
  if ("error" in statement) return statement as UnparsedStatement;
  return parseStatement(statement);
}

function keyed(statistics: ReadonlyMap<string, TableSize>): Map<string, TableSize> {
  return new Map(
    [...statistics].map(([name, size]) => {
      const dot = name.indexOf(".");
      return [relationKey(dot < 0 ? null : name.slice(0, dot), name.slice(dot + 1)), size];
    }),
  );
}

function overlap(a: MajorRange, b: MajorRange): boolean {
  return a.from <= (b.to ?? Infinity) && b.from <= (a.to ?? Infinity);
}
