import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedServer } from "../../lib/adapters/local/embedded-server.js";
import { ownScratchDirectory } from "../../lib/adapters/local/scratch-directory.js";
import { type Major, SERVERS, serverPackage } from "./majors.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** By major version: the URL of a server's `postgres` database, without the database name. */
    servers: Readonly<Partial<Record<Major, string>>>;
  }
}

/** Builds once and starts one real server per major version for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  // What runs are held against lies in a folder of the user's; tests have one of their own.
  const state = mkdtempSync(join(tmpdir(), "schema-gate-state-"));
  process.env.SCHEMA_GATE_STATE = state;
  const directory = ownScratchDirectory("schema-gate-test-", 2 ** 30);
  chmodSync(directory, 0o755);
  const servers = await Promise.all(
    SERVERS.map(async (major) => ({
      major,
      server: await startEmbeddedServer({ directory: join(directory, major), package: await serverPackage(major) }),
    })),
  );
  project.provide("servers", Object.fromEntries(servers.map(({ major, server }) => [major, server.url("")])));
  return async () => {
    await Promise.all(servers.map(({ server }) => server.stop()));
    rmSync(directory, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  };
}
