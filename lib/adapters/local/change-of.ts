import { type Change, changeOfPipeline, commitTitle } from "../../core/release/change.js";
import { git } from "./git.js";

/**
 * The change that brought the migrations of a folder: what the pipeline says, else the commit that is checked out there, and whether the
 * folder differs from it. Null if neither is known: a release need not come from a repository.
 */
export async function changeOf(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Change | null> {
  const change = changeOfPipeline(environment);
  if (change !== null) return change;
  try {
    const commit = (await git(folder, ["rev-parse", "HEAD"])).toString("utf8").trim();
    const differs = (await git(folder, ["status", "--porcelain", "--", "."])).length > 0;
    const title = `${commitTitle(commit)}${differs ? ", and changes that are not committed" : ""}`;
    return { title, commit, url: null };
  } catch {
    return null;
  }
}
