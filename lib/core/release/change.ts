/** Where a release comes from: the change that somebody reviewed. */
export interface Change {
  /** `pull request 12`, `merge request 7`, `commit 1a2b3c4d5e6f`. */
  readonly title: string;
  /** Null where only a number is known. */
  readonly commit: string | null;
  /** Null when only a local repository knows it. */
  readonly url: string | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What a pipeline says about the change that it runs for, by the variables that each service sets; null outside a pipeline. */
export function changeOfPipeline(variables: Variables): Change | null {
  for (const read of [github, gitlab, codeBuild]) {
    const change = read(variables);
    if (change !== null) return { ...change, url: change.url !== null && isWeb(change.url) ? change.url : null };
  }
  return null;
}

/**
 * Whose change a pipeline runs for: those named in `SCHEMA_GATE_AUTHOR`, separated by commas, and whoever started it according to GitHub or GitLab.
 * Whoever starts it there is whoever merged; the author of a commit is whatever the commit says, so one does not replace the other.
 */
export function authorsOfPipeline(variables: Variables): readonly string[] {
  const { SCHEMA_GATE_AUTHOR: named = "", GITHUB_ACTOR: actor = "", GITLAB_USER_LOGIN: login = "" } = variables;
  const authors = [...named.split(","), actor, login].map((name) => name.trim());
  return [...new Set(authors.filter((name) => name !== ""))];
}

export function commitTitle(commit: string): string {
  return `commit ${commit.slice(0, 12)}`;
}

/** GitHub Docs, "Variables reference": a pull request's ref is `refs/pull/NUMBER/merge`. */
function github(variables: Variables): Change | null {
  const { GITHUB_SHA: commit, GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_REF: ref } = variables;
  if (!commit || !server || !repository) return null;
  const pull = /^refs\/pull\/(\d+)\//.exec(ref ?? "")?.[1];
  const place = `${server}/${repository}`;
  return pull === undefined
    ? { title: commitTitle(commit), commit, url: `${place}/commit/${commit}` }
    : { title: `pull request ${pull}`, commit, url: `${place}/pull/${pull}` };
}

/** GitLab Docs, "Predefined CI/CD variables". */
function gitlab(variables: Variables): Change | null {
  const { CI_COMMIT_SHA: commit, CI_PROJECT_URL: project } = variables;
  const { CI_MERGE_REQUEST_IID: number, CI_MERGE_REQUEST_PROJECT_URL: target } = variables;
  if (!commit || !project) return null;
  return number
    ? { title: `merge request ${number}`, commit, url: `${target || project}/-/merge_requests/${number}` }
    : { title: commitTitle(commit), commit, url: `${project}/-/commit/${commit}` };
}

/** AWS CodeBuild User Guide, "Environment variables in build environments"; also within CodePipeline. */
function codeBuild({ CODEBUILD_RESOLVED_SOURCE_VERSION: commit }: Variables): Change | null {
  return commit && /^[0-9a-f]{40}$/.test(commit) ? { title: commitTitle(commit), commit, url: null } : null;
}

function isWeb(url: string): boolean {
  return /^https?:\/\/[^\s"'<>]+$/.test(url);
}
