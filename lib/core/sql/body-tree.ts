/** libpg-query's output for PL/pgSQL: nodes by name. An absent number is 0. */
export type Tree = { readonly [name: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

export function treeIn(value: unknown, name: string): Tree | null {
  const child = isTree(value) ? value[name] : null;
  return isTree(child) ? child : null;
}

/** The text of an expression; empty when there is none. */
export function queryOf(value: unknown): string {
  const query = treeIn(value, "PLpgSQL_expr")?.query;
  return typeof query === "string" ? query : "";
}

export function numberIn(tree: Tree, name: string): number {
  const value = tree[name];
  return typeof value === "number" ? value : 0;
}
