import type { Catalog, CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { textsOf } from "../catalog/repair/uses.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { find, kindOf, strings } from "../sql/tree.js";

/** What is done behind a statement's words: by functions, operators, views and defaults, by a block, by a prepared statement. */
export interface Behind {
  /** All text that may run. */
  readonly text: string;
  /** It puts statements together, so that they may name anything. */
  readonly composes: boolean;
  readonly tables: readonly TableRef[];
}

const CODE: ReadonlySet<string> = new Set([
  ...["function", "operator", "cast", "view", "materialized view", "column", "rule", "domain", "type"],
]);
const WORDS = /("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*|[-+*/<>=~!@#%^&|`?]+)(\s*\()?/gu;
const COMPOSES = /\bexecute\b(?!\s+(?:function|procedure)\b)|\blanguage\s+(?!sql\b|plpgsql\b|internal\b)\w+/i;

interface Code {
  readonly text: string;
  readonly isFunction: boolean;
}

/** Names as words, and those of them that an argument list follows. */
interface Mentioned {
  readonly words: ReadonlySet<string>;
  readonly called: ReadonlySet<string>;
}

/** Statements that hold others as they are. */
const HOLD: ReadonlySet<string> = new Set([
  ...["DoStmt", "CallStmt", "ExplainStmt", "PrepareStmt", "DeclareCursorStmt"],
]);

/** The code of a tenant and of a release, followed by the names that a statement mentions. */
export class WrittenByCode {
  private readonly named = new Map<string, Code[]>();
  private readonly tables = new Map<string, TableRef[]>();
  private readonly mentioned = new Map<string, Mentioned>();

  constructor(catalog: Catalog) {
    for (const object of catalog.objects) {
      if (CODE.has(object.kind)) this.add(nameOf(object), textOf(object), object.kind === "function");
      if (object.kind === "table")
        this.tables.set(object.id.name, [
          ...(this.tables.get(object.id.name) ?? []),
          { schema: object.id.schema ?? "", name: object.id.name },
        ]);
    }
  }

  /** Takes up what a statement of the release makes. */
  note(statement: Statement): void {
    const parsed = parseStatement(statement);
    if (!isParsed(parsed)) return;
    const { node } = parsed;
    for (const { funcname } of find(node, "CreateFunctionStmt"))
      this.add(strings(funcname).at(-1), statement.sql, true);
    for (const { defnames } of find(node, "DefineStmt")) this.add(strings(defnames).at(-1), statement.sql);
    for (const { view } of find(node, "ViewStmt")) this.add(view?.relname, statement.sql);
    for (const { relation } of [...find(node, "RuleStmt"), ...find(node, "CreateTrigStmt")])
      this.add(relation?.relname, statement.sql);
    if (/\bdefault\b/i.test(statement.sql))
      for (const { relation } of find(node, "AlterTableStmt"))
        this.add(relation?.relname, statement.sql.replace(/\b(?:alter|drop)\b/gi, ""));
    for (const { name } of find(node, "PrepareStmt")) this.add(name, statement.sql);
    for (const { portalname } of find(node, "DeclareCursorStmt")) this.add(portalname, statement.sql);
  }

  /** Null where a statement leads to no code. */
  behind(statement: Statement): Behind | null {
    const parsed = parseStatement(statement);
    if (!isParsed(parsed)) return null;
    const holds = HOLD.has(kindOf(parsed.node));
    const texts = new Set<string>(holds ? [statement.sql] : []);
    const calls = find(parsed.node, "FuncCall").flatMap(({ funcname }) => strings(funcname).slice(-1));
    const open = this.textsNamedIn(statement.sql, holds ? undefined : new Set(calls));
    for (let text = open.pop(); text !== undefined; text = open.pop()) {
      if (texts.has(text)) continue;
      texts.add(text);
      open.push(...this.textsNamedIn(text));
    }
    if (texts.size === 0) return null;
    const text = [...texts].join("\n");
    const tables = [...new Set([statement.sql, ...texts].flatMap((each) => [...this.mentionsIn(each).words]))];
    return { text, composes: COMPOSES.test(text), tables: tables.flatMap((word) => this.tables.get(word) ?? []) };
  }

  /** `calls`: where they are told by more than the text, in which a list of columns looks the same. */
  private textsNamedIn(text: string, calls?: ReadonlySet<string>): string[] {
    const { words, called } = this.mentionsIn(text);
    return [...words].flatMap((word) =>
      // A table of a function's name is no call of it.
      (this.named.get(word) ?? [])
        .filter(({ isFunction }) => !isFunction || (calls ?? called).has(word))
        .map((code) => code.text),
    );
  }

  private add(name: string | undefined, text: string, isFunction = false): void {
    if (name === undefined || text.trim() === "") return;
    this.named.set(name, [...(this.named.get(name) ?? []), { text, isFunction }]);
  }

  private mentionsIn(text: string): Mentioned {
    const known = this.mentioned.get(text);
    if (known) return known;
    const words = new Set<string>();
    const called = new Set<string>();
    for (const [, word = "", behind = ""] of text.matchAll(WORDS)) {
      words.add(unquoted(word));
      if (behind !== "") called.add(unquoted(word));
    }
    this.mentioned.set(text, { words, called });
    return { words, called };
  }
}

/** What runs of an object; the functions of an operator or aggregate are called by being named. */
function textOf(object: CatalogObject): string {
  const { kind, definition } = object;
  if (kind === "column") {
    const { default: value, generationExpression } = object.attributes;
    return [value, generationExpression].filter((each) => each !== null).join("\n");
  }
  if (definition !== null) return definition;
  return textsOf(object, false)
    .filter((each) => each.length > 1)
    .map((each) => (each.includes("(") ? each : `${each}()`))
    .join("\n");
}

/** What is mentioned where the code runs: its own name; of a default or a rule, its table's. */
function nameOf({ kind, id }: CatalogObject): string | undefined {
  if (kind === "column" || kind === "rule") return id.table;
  // A cast is made between two types, either of which may be a column's, so that no name tells.
  return kind === "cast" ? undefined : id.name;
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase();
}

const WRITES = /\b(insert|update|delete|merge|copy|execute)\b/i;
const ALTERS = /\b(alter|drop|truncate|cluster|create\s+(unique\s+)?index|execute)\b/i;

export function mayWrite({ text, composes }: Behind): boolean {
  return composes || WRITES.test(text);
}

export function mayAlter({ text, composes, tables }: Behind, table: TableRef, index: CatalogIndex): boolean {
  if (!composes && !ALTERS.test(text)) return false;
  return composes || tables.some((each) => each.name === table.name && index.table(each) !== undefined);
}

/** Whether from then on constraints may be deferred that are not by themselves. */
export function mayDefer({ text, composes }: Behind): boolean {
  return composes || /\bset\s+constraints\b/i.test(text);
}
