/**
 * `CamelCase` as `snake_case`, the way the `heck` crate, which the derive macros use, splits words: a capital after a small letter or digit starts a
 * word, and so does the last of several capitals before a small letter; digits do not.
 */
export function snakeCase(name: string): string {
  return name
    .replace(/^r#/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
}

/** `snake_case` as `CamelCase`. */
export function camelCase(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
