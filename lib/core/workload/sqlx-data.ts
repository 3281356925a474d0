import { z } from "zod";
import type { SourceFile } from "../migration/source-file.js";
import { identifier } from "../sql/quote.js";
import { readQuery } from "./read-query.js";
import type { Found } from "./workload.js";

const type = z.union([z.string(), z.looseObject({})]);

const recorded = z.looseObject({
  db_name: z.string().optional(),
  query: z.string(),
  describe: z
    .looseObject({ parameters: z.union([z.looseObject({ Left: z.array(type) }), z.looseObject({})]).optional() })
    .optional(),
});

/** `.sqlx/query-*.json` of sqlx from 0.7 on, one query per file; earlier `sqlx-data.json`, all in one. */
export function isSqlxData(path: string): boolean {
  return /(^|\/)\.sqlx\/query-[^/]+\.json$|(^|\/)sqlx-data\.json$/.test(path);
}

/** The queries that sqlx has recorded, with the types of their parameters. */
export function readSqlxData(file: SourceFile, version: string | null): readonly Found[] {
  const unreadable: Found = { reason: "unreadable", place: file.path, calls: null };
  const parsed = parsedJson(file.text);
  if (parsed === null || typeof parsed !== "object") return [unreadable];
  if (file.name !== "sqlx-data.json") return [readRecorded(parsed, file.path, version) ?? unreadable];
  return Object.entries(parsed).flatMap(([hash, value]) =>
    hash === "db" ? [] : [readRecorded(value, `${file.path}#${hash.slice(0, 12)}`, version) ?? unreadable],
  );
}

function readRecorded(value: unknown, place: string, version: string | null): Found | null {
  const { success, data } = recorded.safeParse(value);
  if (!success) return null;
  if (data.db_name !== undefined && data.db_name !== "PostgreSQL")
    return { reason: "other-database", place, calls: null };
  return readQuery({
    text: data.query,
    version,
    source: { kind: "sqlx", place },
    parameters: parametersOf(data.describe?.parameters),
  });
}

/** PostgreSQL's names of the types; null when the name of one of them does not tell it. */
function parametersOf(parameters: unknown): readonly string[] | null {
  const list = parameters !== null && typeof parameters === "object" && "Left" in parameters ? parameters.Left : null;
  if (!Array.isArray(list) || list.length === 0) return null;
  const names = list.map(nameOf);
  return names.every((name) => name !== null) ? names : null;
}

const custom = z.looseObject({ Custom: z.looseObject({ name: z.string().min(1) }) });

/** A client that sends one of the database's own types asks for it by name. */
function nameOf(given: unknown): string | null {
  const own = custom.safeParse(given);
  if (own.success) return arrayOf(own.data.Custom.name, "[]", identifier);
  return typeof given === "string" ? arrayOf(given, "Array", (name) => TYPES[name] ?? null) : null;
}

function arrayOf(name: string, ending: string, of: (element: string) => string | null): string | null {
  if (!name.endsWith(ending)) return of(name);
  const element = of(name.slice(0, -ending.length));
  return element === null ? null : `${element}[]`;
}

/** sqlx's names for its own types. */
const TYPES: Readonly<Record<string, string>> = {
  Bool: "bool",
  Bytea: "bytea",
  Char: '"char"',
  Name: "name",
  Int8: "int8",
  Int2: "int2",
  Int4: "int4",
  Text: "text",
  Oid: "oid",
  Json: "json",
  Jsonb: "jsonb",
  Float4: "float4",
  Float8: "float8",
  Bpchar: "bpchar",
  Varchar: "varchar",
  Date: "date",
  Time: "time",
  Timestamp: "timestamp",
  Timestamptz: "timestamptz",
  Interval: "interval",
  Numeric: "numeric",
  Uuid: "uuid",
  Inet: "inet",
  Cidr: "cidr",
};

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
