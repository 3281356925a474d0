/** An attribute that holds a list; empty for one that an object lacks. */
export function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
