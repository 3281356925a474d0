import type { Json } from "../core/json.js";

/** Where large data is stored: a folder here, a bucket on AWS. Keys are relative paths such as `introspect/3.json`. */
export interface Artifacts {
  /** All or nothing; replaces what was there. */
  put(key: string, value: unknown): Promise<void>;
  /** Null if there is none. */
  get<T = Json>(key: string): Promise<T | null>;
  has(key: string): Promise<boolean>;
  /** Writes only if there is none; false if there was one. */
  create(key: string, value: unknown): Promise<boolean>;
  /** Keys below a prefix, sorted. */
  list(prefix: string): Promise<readonly string[]>;
  putText(key: string, text: string): Promise<void>;
  getText(key: string): Promise<string | null>;
  /** Where a person finds it. */
  locate(key: string): string;
}
