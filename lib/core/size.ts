const UNITS: Readonly<Record<string, number>> = { kB: 1, MB: 2, GB: 3, TB: 4 };

/** `512MB`, `1GB` or `0` in bytes, in PostgreSQL's own units of 1024; null when it is none of these. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)$|^(0)$/.exec(text.trim());
  if (!match) return null;
  if (match[3] !== undefined) return 0;
  return Math.round(Number(match[1]) * 1024 ** (UNITS[match[2] ?? ""] ?? 0));
}

/** In the largest unit that gives at least one: `1.5 GB`. */
export function sizeText(bytes: number): string {
  const [unit, power] = Object.entries(UNITS).findLast(([, each]) => bytes >= 1024 ** each) ?? ["kB", 1];
  return `${Math.ceil((bytes / 1024 ** power) * 10) / 10} ${unit}`;
}
