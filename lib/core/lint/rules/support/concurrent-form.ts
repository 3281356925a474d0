import { withWord } from "./insert-word.js";

/** The statement CONCURRENTLY; undefined where it does not open as one of its kind does. */
export function createConcurrently(sql: string): string | undefined {
  return withWord(sql, /^create\s+(?:unique\s+)?index/i, "CONCURRENTLY");
}

export function dropConcurrently(sql: string): string | undefined {
  return withWord(sql, /^drop\s+index/i, "CONCURRENTLY");
}

export function reindexConcurrently(sql: string): string | undefined {
  return withWord(sql, /^reindex\s+(?:index|table|schema|database)/i, "CONCURRENTLY");
}
