import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { ALWAYS } from "./majors.js";

interface Attacks {
  /** A file of tests, and the tables in it whose every entry is one. */
  readonly file: string;
  readonly tables: readonly string[];
  readonly where: string;
  /** What comes of it by who signs in; without a login there the attack has no meaning for it. */
  readonly results: { readonly superuser?: string; readonly lesser?: string };
}

const both = (result: string) => ({ superuser: result, lesser: result });

const FILES: readonly Attacks[] = [
  {
    file: "test/security/tenant-code.test.ts",
    tables: ["ATTACKS"],
    where: "code on a table that a probe reads",
    results: both("not run; the probe is unknown"),
  },
  {
    file: "test/steps/catalog/own-objects.test.ts",
    tables: ["PLANTED"],
    where: "in the place of our own schema and tables",
    results: both("refused by name; nothing read or written"),
  },
  {
    file: "test/security/standing-code.test.ts",
    tables: ["STANDING"],
    where: "code that runs by itself under the gate's session",
    results: { superuser: "the release is not executed; blocked", lesser: "runs, with no right but the owner's" },
  },
  {
    file: "test/security/standing-code.test.ts",
    tables: ["NAMED"],
    where: "code that a release calls under the gate's session",
    results: { superuser: "the release is not executed; blocked" },
  },
  {
    file: "test/security/superuser-release.test.ts",
    tables: ["RELEASES"],
    where: "a release that is harmless on a clone and asks in the rollout who it is",
    results: { superuser: "blocked until the config says why; contained on the clone all the same" },
  },
  {
    file: "test/security/contained.test.ts",
    tables: ["VEHICLES"],
    where:
      "a release on a clone: programs, files, settings, roles, sessions, file_fdw, postgres_fdw, dblink, another login",
    results: both("contained: nothing came through"),
  },
  {
    file: "test/security/reaching-logins.test.ts",
    tables: ["LOGINS"],
    where: "a release on a clone, as a login that is no superuser and may more than its databases",
    results: { lesser: "a lesser role executes, or nothing but plain statements is executed" },
  },
  {
    file: "test/security/executor-rights.test.ts",
    tables: ["GIVEN"],
    where: "given to the role that executes on a clone",
    results: { superuser: "taken back; the role goes with its clone" },
  },
  {
    file: "test/security/executor-rights.test.ts",
    tables: ["REACHING"],
    where: "a role that the login may set, which",
    results: { superuser: "not given to the role that executes on a clone" },
  },
  {
    file: "test/security/held-locks.test.ts",
    tables: ["AWAY"],
    where: "a release without lock_timeout while somebody holds the lock, database and role have it off",
    results: both("gives up within the limit; measured"),
  },
  {
    file: "test/security/held-locks.test.ts",
    tables: ["REUSED"],
    where: "the same behind a pooler and over the RDS Data API",
    results: { superuser: "gives up within the limit; measured" },
  },
  {
    file: "test/steps/isolation/rolled-back-reads.test.ts",
    tables: ["READS"],
    where: "rows of another tenant's schema, read in a part that is rolled back",
    results: both("nothing is committed"),
  },
];

/** What says in a file of tests that it tries a login that has nothing but its database. */
const TRIES_LESSER = /LOGINS|least-privilege|a member of the owner/;

/**
 * The attacks as the tests list them, as Markdown, with their results by login and major. Throws where a table is not tried, entry by entry,
 * on each major and as each login that has a result.
 */
export function attackTable(): string {
  const rows = FILES.flatMap(({ file, tables, where, results }) => {
    const text = readFileSync(join(packageRoot(), file), "utf8");
    if (!text.includes("describe.each(MAJORS)")) throw new Error(`${file} is not run on each major`);
    if (results.lesser !== undefined && !TRIES_LESSER.test(text)) throw new Error(`${file} tries no lesser login`);
    const cells = [results.superuser, results.lesser].flatMap((result) =>
      ALWAYS.map(() => (result === undefined ? "–" : "held")),
    );
    const result = [...new Set([results.superuser, results.lesser])]
      .filter((each) => each !== undefined)
      .join("; as a lesser login: ");
    return tables
      .flatMap((table) => namesIn(text, table, file))
      .map((name) => `| ${name} | ${where} | ${result} | ${cells.join(" | ")} | \`${file}\` |`);
  });
  const logins = ["superuser", "least privilege"].flatMap((login) => ALWAYS.map((major) => `${login}, ${major}`));
  return [
    `| attack | where | result | ${logins.join(" | ")} | test |`,
    `| --- | --- | --- | ${logins.map(() => "---").join(" | ")} | --- |`,
    ...rows,
  ].join("\n");
}

function namesIn(text: string, table: string, file: string): readonly string[] {
  const [, entries] = new RegExp(`^const ${table}\\b[^=]*= \\{\\n(.*?)^\\};`, "ms").exec(text) ?? [];
  if (entries === undefined) throw new Error(`${file} has no table ${table}`);
  if (!new RegExp(`Object\\.entries\\(${table}\\)`).test(text))
    throw new Error(`${file} does not try each of ${table}`);
  return [...entries.matchAll(/^ {2}(?:"([^"]+)"|(\w+)):/gm)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
