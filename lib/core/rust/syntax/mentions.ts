const MENTION = /\bmacro_rules!\s*(\w+)|\bimpl\b([^{;]*)\{/g;

/** The names of macros, with `!`, and of the types and traits of impls that a text may hold, without parsing it. */
export function mentioned(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, macro, head] of text.matchAll(MENTION)) {
    if (macro !== undefined) names.add(`${macro}!`);
    for (const [word] of (head ?? "").matchAll(/\w+/g)) names.add(word);
  }
  return names;
}
