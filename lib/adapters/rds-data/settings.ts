import { identifier, literal } from "../../core/sql/quote.js";
import type { ParsedStatement } from "../../core/sql/statement.js";

/** What a session has set, by name: the Data API forgets it between two transactions, so each begins by setting it again. */
export type Settings = ReadonlyMap<string, string>;

/** A change of the session's settings; null if the statement is none. */
export type SettingChange = (before: Settings) => Settings;

const SET_CONFIG = /^\s*select\s+(?:pg_catalog\.)?set_config\('([\w.]+)',\s*'((?:[^']|'')*)',\s*false\)\s*;?\s*$/i;

/** `SET`, `RESET` and `SELECT set_config(…, false)`, which last for a session; LOCAL ones are left to the transaction. */
export function settingChange(statement: ParsedStatement): SettingChange | null {
  const config = SET_CONFIG.exec(statement.sql);
  if (config) return put(config[1] ?? "", (config[2] ?? "").replaceAll("''", "'"));
  const node = statement.node as { VariableSetStmt?: VariableSet };
  const set = node.VariableSetStmt;
  if (!set || set.is_local) return null;
  if (set.kind === "VAR_RESET_ALL") return () => new Map();
  if (set.kind === "VAR_SET_VALUE")
    return put(set.name ?? "", (set.args ?? []).map(constantText(set.name ?? "")).join(", "));
  return set.kind === "VAR_RESET" || set.kind === "VAR_SET_DEFAULT" ? drop(set.name ?? "") : null;
}

/** The query that sets them for the transaction it runs in; null if there is nothing to set. */
export function applySettings(settings: Settings): string | null {
  const calls = [...settings].map(
    ([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, true)`,
  );
  return calls.length === 0 ? null : `select ${calls.join(", ")}`;
}

interface VariableSet {
  readonly kind?: string;
  readonly name?: string;
  readonly args?: readonly {
    A_Const?: { sval?: { sval?: string }; ival?: { ival?: number }; fval?: { fval?: string } };
  }[];
  readonly is_local?: boolean;
}

function constantText(name: string) {
  return ({ A_Const: constant }: NonNullable<VariableSet["args"]>[number]): string => {
    const text = constant?.sval?.sval;
    if (text !== undefined) return name === "search_path" ? identifier(text) : text;
    return constant?.fval?.fval ?? String(constant?.ival?.ival ?? 0);
  };
}

function put(name: string, value: string): SettingChange {
  return (before) => new Map([...before, [name, value]]);
}

function drop(name: string): SettingChange {
  return (before) => new Map([...before].filter(([known]) => known !== name));
}
