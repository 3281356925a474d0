import { withWord } from "./insert-word.js";

/** The statement with CONCURRENTLY; undefined where it does not start like one of its kind. */
export function createConcurrently(sql: string): string | undefined {
  return withWord(sql, /^create\s+(?:unique\s+)?index/i, "CONCURRENTLY");
}

export function dropConcurrently(sql: string): string | undefined {
  return withWord(sql, /^drop\s+index/i, "CONCURRENTLY");
}

export function reindexConcurrently(sql: string): string | undefined {
  return withWord(sql, /^reindex\s+(?:index|table|schema|database)/i, "CONCURRENTLY");
}
