import { expect, it } from "vitest";
import { changeOfPipeline } from "../../../lib/core/release/change.js";

const SHA = "1a2b3c4d5e6f".padEnd(40, "0");
const GITHUB = { GITHUB_SHA: SHA, GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "acme/app" };
const GITLAB = { CI_COMMIT_SHA: SHA, CI_PROJECT_URL: "https://gitlab.com/acme/app" };

it.each([
  ["nothing", {}, null],
  ["a push on GitHub", GITHUB, { title: "commit 1a2b3c4d5e6f", url: `https://github.com/acme/app/commit/${SHA}` }],
  [
    "a pull request",
    { ...GITHUB, GITHUB_REF: "refs/pull/12/merge" },
    { title: "pull request 12", commit: SHA, url: "https://github.com/acme/app/pull/12" },
  ],
  ["a push on GitLab", GITLAB, { url: `https://gitlab.com/acme/app/-/commit/${SHA}` }],
  [
    "a merge request",
    { ...GITLAB, CI_MERGE_REQUEST_IID: "7", CI_MERGE_REQUEST_PROJECT_URL: "https://gitlab.com/acme/base" },
    { title: "merge request 7", url: "https://gitlab.com/acme/base/-/merge_requests/7" },
  ],
  ["CodeBuild", { CODEBUILD_RESOLVED_SOURCE_VERSION: SHA }, { title: "commit 1a2b3c4d5e6f", url: null }],
  ["CodeBuild with an archive", { CODEBUILD_RESOLVED_SOURCE_VERSION: "arn:aws:s3:::bucket/key" }, null],
  ["a server that is none", { ...GITHUB, GITHUB_SERVER_URL: "javascript:alert(1)" }, { url: null }],
  ["a repository with a quote in it", { ...GITHUB, GITHUB_REPOSITORY: 'a/b"onclick' }, { url: null }],
])("reads where a release comes from: %s", (_, variables, expected) => {
  const change = changeOfPipeline(variables);
  if (expected === null) expect(change).toBeNull();
  else expect(change).toMatchObject(expected);
});
