/** The folder of a path, and its last part. */
export function split(path: string): readonly [string, string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
}

/** The last part of a path without the Rust extension. */
export function stemOf(path: string): string {
  return split(path)[1].replace(/\.rs$/, "");
}

/** Joins two paths, resolving `..` where a name precedes it. */
export function join(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of [...folder.split("/"), ...path.split("/")]) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** True when a file can be the module of a path in a crate whose root is unknown: the known parts of both agree. */
export function mayBe(file: string, path: readonly string[]): boolean {
  const parts = file
    .replace(/(\/mod)?\.rs$/, "")
    .split("/")
    .reverse();
  return path.toReversed().every((name, at) => {
    const part = parts[at];
    return part === name || (at > 0 && (part === undefined || UNTOLD.test(part)));
  });
}

/** A folder whose name is unknown. */
const UNTOLD = /^(\.\.$|\^)/;

/** The parts of a type's path as it is written. */
export function typePath(text: string): readonly string[] {
  const parts = text.split("::").map((part) => part.trim());
  return parts[0] === "" ? ["::", ...parts.slice(1)] : parts;
}
