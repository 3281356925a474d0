import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { placeInRepository } from "../../../lib/adapters/local/git.js";

const root = mkdtempSync(join(tmpdir(), "place-in-repository-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("says where a folder lies in its repository", async () => {
  const folder = join(root, "repository", "db", "migrations");
  mkdirSync(folder, { recursive: true });
  execFileSync("git", ["init", "--quiet", join(root, "repository")]);
  expect(await placeInRepository(folder)).toBe("db/migrations");
  expect(await placeInRepository(join(root, "repository"))).toBe("");
  expect(await placeInRepository(root)).toBeNull();
});
