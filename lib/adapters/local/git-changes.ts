import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";

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
 * The files, by absolute path, that differ from where this branch left `ref`: what was committed since, what is not committed yet,
 * and what git does not track and does not ignore. Throws `GitChangesError` outside of a repository, and where the checkout does not
 * hold the commits that it takes to tell.
 */
export function changedSince(ref: string, cwd: string): ReadonlySet<string> {
  const root = repositoryRoot(cwd);
  if (root === null)
    throw new GitChangesError(
      `${cwd} is in no git repository, so nothing tells what changed since ${ref}`,
      "omit --since",
    );
  const at = ask(cwd, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  if (at === null) throw notHere(`${ref} is no commit of this checkout`);
  const base = ask(cwd, ["merge-base", at, "HEAD"]);
  if (base === null) throw notHere(`this checkout does not hold where its branch left ${ref}`);
  const changed = ask(root, ["diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", "--diff-filter=d", base]);
  const untracked = ask(root, ["ls-files", "--others", "--exclude-standard", "-z"]);
  const names = `${changed ?? ""}\0${untracked ?? ""}`.split("\0").filter((name) => name !== "");
  return new Set(names.map((name) => join(root, name)));
}

/** The root of the repository that a folder is in, or null. */
export function repositoryRoot(folder: string): string | null {
  const root = ask(folder, ["rev-parse", "--show-toplevel"]);
  return root === null ? null : realpathSync(root);
}

function notHere(message: string): GitChangesError {
  return new GitChangesError(
    message,
    "git fetch --unshallow origin   (in GitHub Actions: actions/checkout with fetch-depth: 0)",
  );
}

/** Git's answer, or null when it has none. Its settings and hooks of the repository run nothing in these commands. */
function ask(cwd: string, args: readonly string[]): string | null {
  try {
    const output = execFileSync("git", ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", ...args], {
      cwd,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return args.includes("-z") ? output : output.trimEnd();
  } catch {
    return null;
  }
}
