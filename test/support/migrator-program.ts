import { chmodSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The address of the module with which it signs in. */
export const driver = pathToFileURL(createRequire(import.meta.url).resolve("pg")).href;

/** Writes a team's own migrator as a program of Node: `body` has a connected `client`. Returns its path. */
export function writeMigrator(directory: string, body: string, name = "migrate.mjs"): string {
  const path = join(directory, name);
  writeFileSync(
    path,
    `#!${process.execPath}
import pg from ${JSON.stringify(driver)};
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  ${body}
} finally {
  await client.end();
}
`,
  );
  chmodSync(path, 0o755);
  return path;
}
