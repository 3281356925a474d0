/** True when two spellings name the same type of a release's own, or the same array of one. Modifiers are left out. */
export function sameType(a: string, b: string): boolean {
  const left = partsOf(a);
  const right = partsOf(b);
  const schemas = left.length > 1 && right.length > 1;
  return left.at(-1) === right.at(-1) && (!schemas || left.at(-2) === right.at(-2));
}

function partsOf(type: string): readonly string[] {
  return type
    .replace(/(\[\d*\])+$/, "")
    .replace(/\(.*\)$/, "")
    .replaceAll('"', "")
    .split(".");
}
