import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

/** Files of attacks, each a table by name, and what comes of every attack in it. */
const FILES: readonly (readonly [file: string, who: string, result: string])[] = [
  ["test/security/tenant-code.test.ts", "code on a table that a probe reads", "not run; the probe is unknown"],
  [
    "test/steps/catalog/own-objects.test.ts",
    "in the place of our own schema and tables",
    "refused by name; nothing read or written",
  ],
  [
    "test/security/standing-code.test.ts",
    "code that runs by itself under a superuser's session",
    "the release is not executed; blocked",
  ],
  [
    "test/security/contained.test.ts",
    "a release on a clone: programs, files, settings, roles, sessions, file_fdw, postgres_fdw, dblink, another login",
    "contained: nothing came through, for a superuser's login and a member's",
  ],
  [
    "test/security/held-locks.test.ts",
    "a release takes lock_timeout away while somebody holds the lock, database and role have it off",
    "gives up within the limit; measured",
  ],
  [
    "test/security/reaching-logins.test.ts",
    "a release on a clone, as a login that is no superuser and may more than its databases",
    "a lesser role executes, or nothing but plain statements is",
  ],
];

/** The attacks as the tests list them, as Markdown. */
export function attackTable(): string {
  const rows = FILES.flatMap(([file, who, result]) => {
    const text = readFileSync(join(packageRoot(), file), "utf8");
    const names = [
      ...text.matchAll(/^ {2}"([^"]+)":/gm),
      ...text.matchAll(/^ {2}(\w+): \{$/gm),
      ...text.matchAll(/^ {4}\["([^"]+)",/gm),
    ].map(([, name]) => name);
    return names.map((name) => `| ${name} | ${who} | ${result} | \`${file}\` |`);
  });
  return ["| attack | where | result | test |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
