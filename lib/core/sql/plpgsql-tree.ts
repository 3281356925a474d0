import { type Node, parsePlPgSQLSync } from "libpg-query";
import { bodyOf } from "./body-of.js";
import { type PlainTypes, withPlainTypes } from "./plain-types.js";
import type { ParsedStatement } from "./statement.js";

interface ReadBody {
  readonly tree: unknown;
  /** Types of variables that the tree does not show, since they were replaced to get it. */
  readonly types: PlainTypes["types"];
}

const trees = new WeakMap<Node, ReadBody>();

/** The tree of a PL/pgSQL function body or DO block. Throws if it is not such a body. */
export function plpgsqlTree({ node, sql }: ParsedStatement): ReadBody {
  const read = trees.get(node) ?? readBody(node, sql);
  trees.set(node, read);
  return read;
}

function readBody(node: Node, sql: string): ReadBody {
  try {
    return { tree: parsePlPgSQLSync(sql), types: [] };
  } catch (error) {
    const plain = withScalars(node);
    if (plain === null) throw error;
    return plain;
  }
}

/** Reads the body with types that the parser knows: a variable is a row if a field of it is assigned, otherwise a scalar. Null when that fails. */
function withScalars(node: Node): ReadBody | null {
  const records = new Set<string>();
  for (;;) {
    const { sql, types } = withPlainTypes(node, bodyOf(node)?.text ?? "", records);
    try {
      return { tree: parsePlPgSQLSync(sql), types };
    } catch (error) {
      const name = /^"(.+?)\.[^"]*" is not a known variable/.exec(error instanceof Error ? error.message : "")?.[1];
      if (name === undefined || records.has(name)) return null;
      records.add(name);
    }
  }
}
