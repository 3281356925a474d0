import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

interface Attacks {
  /** A file of tests, and the tables in it whose every entry is one. */
  readonly file: string;
  readonly tables: readonly string[];
  readonly where: string;
  /** As whom the gate signs in. */
  readonly logins: string;
  readonly result: string;
}

const SUPERUSER = "superuser";
const LESSER = "least-privilege";
const BOTH = `${SUPERUSER}, ${LESSER}`;

const FILES: readonly Attacks[] = [
  {
    file: "test/security/tenant-code.test.ts",
    tables: ["ATTACKS"],
    where: "code on a table that a probe reads",
    logins: SUPERUSER,
    result: "not run; the probe is unknown",
  },
  {
    file: "test/steps/catalog/own-objects.test.ts",
    tables: ["PLANTED"],
    where: "in the place of our own schema and tables",
    logins: SUPERUSER,
    result: "refused by name; nothing read or written",
  },
  {
    file: "test/security/standing-code.test.ts",
    tables: ["STANDING", "NAMED"],
    where: "code that runs by itself under a superuser's session",
    logins: SUPERUSER,
    result: "the release is not executed; blocked",
  },
  {
    file: "test/security/contained.test.ts",
    tables: ["VEHICLES"],
    where:
      "a release on a clone: programs, files, settings, roles, sessions, file_fdw, postgres_fdw, dblink, another login",
    logins: BOTH,
    result: "contained: nothing came through",
  },
  {
    file: "test/security/reaching-logins.test.ts",
    tables: ["LOGINS"],
    where: "a release on a clone, as a login that is no superuser and may more than its databases",
    logins: "the one named",
    result: "a lesser role executes, or nothing but plain statements is",
  },
  {
    file: "test/security/executor-rights.test.ts",
    tables: ["GIVEN"],
    where: "given to the role that executes on a clone",
    logins: SUPERUSER,
    result: "taken back; the role goes with its clone",
  },
  {
    file: "test/security/executor-rights.test.ts",
    tables: ["REACHING"],
    where: "a role that the login may set, which",
    logins: SUPERUSER,
    result: "not given to the role that executes on a clone",
  },
  {
    file: "test/security/held-locks.test.ts",
    tables: ["AWAY"],
    where: "a release without lock_timeout while somebody holds the lock, database and role have it off",
    logins: SUPERUSER,
    result: "gives up within the limit; measured",
  },
  {
    file: "test/steps/isolation/rolled-back-reads.test.ts",
    tables: ["READS"],
    where: "rows of another tenant's schema, read in a part that is rolled back",
    logins: SUPERUSER,
    result: "nothing is committed",
  },
];

/** The attacks as the tests list them, as Markdown. Throws where a table is not tried, entry by entry and on each major. */
export function attackTable(): string {
  const rows = FILES.flatMap(({ file, tables, where, logins, result }) => {
    const text = readFileSync(join(packageRoot(), file), "utf8");
    if (!text.includes("describe.each(MAJORS)")) throw new Error(`${file} is not run on each major`);
    return tables
      .flatMap((table) => namesIn(text, table, file))
      .map((name) => `| ${name} | ${where} | ${logins} | ${result} | \`${file}\` |`);
  });
  return ["| attack | where | signed in as | result | test |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function namesIn(text: string, table: string, file: string): readonly string[] {
  const [, entries] = new RegExp(`^const ${table}\\b[^=]*= \\{\\n(.*?)^\\};`, "ms").exec(text) ?? [];
  if (entries === undefined) throw new Error(`${file} has no table ${table}`);
  if (!new RegExp(`Object\\.entries\\(${table}\\)`).test(text))
    throw new Error(`${file} does not try each of ${table}`);
  return [...entries.matchAll(/^ {2}(?:"([^"]+)"|(\w+)):/gm)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
