import type { CollateClause, Node, TypeName } from "libpg-query";
import { deparseSync } from "pgsql-deparser";

/** SQL text of a parsed tree: an expression, a type name, a statement. One line. */
export function deparse(node: Node): string {
  return deparseSync(node, { pretty: false }).trim();
}

/** A type as SQL text, in the parser's spelling: `int`, `varchar(20)`, `public.mood[]`. */
export function deparseType(type: TypeName | undefined): string {
  return type ? deparse({ TypeName: type }) : "";
}

/** The collation's name as SQL text, without the word COLLATE; null for none. */
export function deparseCollation(clause: CollateClause | undefined): string | null {
  return clause ? deparse({ CollateClause: clause }).replace(/^COLLATE\s+/i, "") : null;
}
