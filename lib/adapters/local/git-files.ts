import type { ReleaseFile } from "../../core/migration/source-file.js";
import { GitError, git, repositoryRoot } from "./git.js";

const LARGEST_FILE = 16 * 2 ** 20;

/**
 * Files of a repository at a revision, by their paths from its root; touches no checkout. Links and larger files are left out. Throws
 * `GitError` if there is no repository or no such revision.
 */
export async function filesAtRevision(
  directory: string,
  revision: string,
  wanted: (path: string) => boolean,
): Promise<readonly ReleaseFile[]> {
  const root = await repositoryRoot(directory);
  if (root === null) throw new GitError(`${directory} lies in no git repository that git can read`);
  const commit = await git(root, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ]).catch(() => {
    throw new GitError(`the repository ${root} has no tag, branch or commit ${revision}`);
  });
  const listed = await git(root, ["ls-tree", "-r", "-z", "-l", "--full-tree", commit.toString("utf8").trim()]);
  const entries = listed
    .toString("utf8")
    .split("\0")
    .flatMap(entryOf)
    .filter(({ path }) => wanted(path));
  const blobs = await contents(
    root,
    entries.map(({ object }) => object),
  );
  return entries.map(({ path }, at) => ({ path, bytes: blobs[at] ?? new Uint8Array() }));
}

interface Entry {
  readonly object: string;
  readonly path: string;
}

/** `100644 blob OBJECT SIZE<TAB>PATH` */
function entryOf(line: string): readonly Entry[] {
  const [, object, size, path] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line) ?? [];
  return object && path && Number(size) <= LARGEST_FILE ? [{ object, path }] : [];
}

/** For each object: `OBJECT blob SIZE`, a line end, its bytes, and a line end. */
async function contents(root: string, objects: readonly string[]): Promise<readonly Uint8Array[]> {
  if (objects.length === 0) return [];
  const output = await git(root, ["cat-file", "--batch"], `${objects.join("\n")}\n`);
  const found: Uint8Array[] = [];
  let at = 0;
  for (const object of objects) {
    const end = output.indexOf(0x0a, at);
    const [name, , size] = output.subarray(at, end).toString("utf8").split(" ");
    if (name !== object || size === undefined) throw new GitError(`git did not return the object ${object}`);
    found.push(output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return found;
}
