const MENTION = /\bmacro_rules!\s*(\w+)|\bimpl\b([^{;]*)\{/g;

/** The names of macros, with `!`, and of the types and traits of impls that a text may contain, without parsing it. */
function mentioned(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, macro, head] of text.matchAll(MENTION)) {
    if (macro !== undefined) names.add(`${macro}!`);
    for (const [word] of (head ?? "").matchAll(/\w+/g)) names.add(word);
  }
  return names;
}

/** The files by the names that they mention. */
export function filesByMention<F extends { readonly text: string }>(
  files: readonly F[],
): ReadonlyMap<string, readonly F[]> {
  const byName = new Map<string, F[]>();
  for (const file of files)
    for (const name of mentioned(file.text)) {
      const known = byName.get(name);
      if (known) known.push(file);
      else byName.set(name, [file]);
    }
  return byName;
}
