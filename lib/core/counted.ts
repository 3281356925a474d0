/** Verbs in meanings whose subject is what is counted. */
const VERBS: readonly (readonly [string, string])[] = [
  ["do", "does"],
  ["repeat", "repeats"],
  ["clash", "clashes"],
  ["become", "becomes"],
  ["hold", "holds"],
  ["need", "needs"],
  ["belong", "belongs"],
];

/** A count with the `meaning` of a probe, which begins with a plural: `2 rows of a that repeat b`, `1 row of a that repeats b`. */
export function counted(count: number, meaning: string): string {
  if (count !== 1) return `${count} ${meaning}`;
  const one = meaning.replace(/^(\w+)s\b/, "$1");
  for (const [plural, singular] of VERBS)
    if (one.includes(` that ${plural} `)) return `1 ${one.replace(` that ${plural} `, ` that ${singular} `)}`;
  return `1 ${one}`;
}
