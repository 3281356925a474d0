/** Whole-number versions by value, others as text; numbers come first. */
export function compareVersions(a: string, b: string): number {
  const left = number(a);
  const right = number(b);
  if (left !== null && right !== null && left !== right) return left < right ? -1 : 1;
  if ((left === null) !== (right === null)) return left === null ? 1 : -1;
  return compareText(a, b);
}

function number(version: string): bigint | null {
  return /^\d+$/.test(version) ? BigInt(version) : null;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Versions as people read them: `v10` after `v9`, `1.2.10` after `1.2.9`, numbers before words. */
export function compareNatural(a: string, b: string): number {
  const left = chunks(a);
  const right = chunks(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareVersions(left[at] ?? "", right[at] ?? "");
    if (left[at] === undefined || right[at] === undefined) return left.length - right.length;
    if (order !== 0 && !sameNumber(left[at] ?? "", right[at] ?? "")) return order;
  }
  return compareText(a, b);
}

function chunks(version: string): readonly string[] {
  return version.replace(/^[vV](?=\d)/, "").match(/\d+|[^\d._-]+/g) ?? [];
}

function sameNumber(a: string, b: string): boolean {
  const left = number(a);
  return left !== null && left === number(b);
}

/** A dotted version without the parts that do not count: `01.2.0` is `1.2`. */
export function canonicalDotted(version: string): string {
  const parts = version.split(/[._]/).map((part) => (/^\d+$/.test(part) ? BigInt(part).toString() : part));
  while (parts.length > 1 && parts.at(-1) === "0") parts.pop();
  return parts.join(".");
}

/** Dotted versions by value, part by part; a missing part counts as 0. */
export function compareDotted(a: string, b: string): number {
  const left = canonicalDotted(a).split(".");
  const right = canonicalDotted(b).split(".");
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareVersions(left[at] ?? "0", right[at] ?? "0");
    if (order !== 0) return order;
  }
  return 0;
}
