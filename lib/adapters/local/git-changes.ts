import { join } from "node:path";
import { git, repositoryRoot } from "./git.js";

/** Git could not say what changed. The message says why, `hint` what to do. */
export class GitChangesError extends Error {
  override readonly name = "GitChangesError";
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/**
 * The files, by absolute path, that differ from the point where this branch left `ref`: committed since, not committed yet, or neither
 * tracked nor ignored by git. A folder stands for everything in it: a submodule, or another repository inside. Throws `GitChangesError`
 * outside a repository and if the checkout lacks the commits needed to tell, `GitError` if git fails.
 */
export async function changedSince(ref: string, cwd: string): Promise<ReadonlySet<string>> {
  const root = await repositoryRoot(cwd);
  if (root === null)
    throw new GitChangesError(
      `${cwd} is not in a git repository, which would tell what changed since ${ref}`,
      "omit --since",
    );
  const at = await ask(cwd, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  if (at === null) throw notHere(`${ref} is not a commit of this checkout`);
  const base = await ask(cwd, ["merge-base", at.trim(), "HEAD"]);
  if (base === null) throw notHere(`this checkout does not hold where its branch left ${ref}`);
  const listed = [
    ["diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", "--diff-filter=d", base.trim()],
    ["ls-files", "--others", "--exclude-standard", "-z"],
  ];
  const answers = await Promise.all(listed.map((args) => git(root, args)));
  const names = answers.flatMap((answer) => answer.toString("utf8").split("\0")).filter((name) => name !== "");
  return new Set(names.map((name) => join(root, name.replace(/\/$/, ""))));
}

function notHere(message: string): GitChangesError {
  return new GitChangesError(
    message,
    "git fetch --unshallow origin   (in GitHub Actions: actions/checkout with fetch-depth: 0)",
  );
}

async function ask(cwd: string, args: readonly string[]): Promise<string | null> {
  const answer = await git(cwd, args).catch(() => null);
  return answer?.toString("utf8") ?? null;
}
