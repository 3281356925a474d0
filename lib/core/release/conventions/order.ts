/** Versions that are whole numbers by their value, others as text; numbers come first. */
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

/** Versions in parts, `1.2.10` after `1.2.9`; `_` and `-` cut like a dot. */
export function compareDotted(a: string, b: string): number {
  const left = a.split(/[._-]/);
  const right = b.split(/[._-]/);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareVersions(left[at] ?? "0", right[at] ?? "0");
    if (order !== 0 && Number(left[at] ?? 0) !== Number(right[at] ?? 0)) return order;
  }
  return 0;
}
