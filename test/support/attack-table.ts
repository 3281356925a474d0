import { ALWAYS } from "./majors.js";

interface Attacks {
  readonly file: string;
  readonly where: string;
  /** The test's name for a login, with the attack as `%s`. Without one the attack has no meaning for that login. */
  readonly tests: { readonly superuser?: string; readonly lesser?: string };
  readonly results: { readonly superuser?: string; readonly lesser?: string };
}

const both = (result: string) => ({ superuser: result, lesser: result });

const FILES: readonly Attacks[] = [
  {
    file: "test/security/tenant-code.test.ts",
    where: "code on a table that a probe reads",
    tests: { superuser: "%s is not run for a superuser login", lesser: "%s is not run for a least-privilege login" },
    results: both("not run; the probe is unknown"),
  },
  {
    file: "test/security/tables-read.test.ts",
    where: "code on a table that something else than a probe reads",
    tests: { superuser: "%s: nothing runs for a superuser login" },
    results: { superuser: "not run; unknown, or decided on a clone" },
  },
  {
    file: "test/steps/catalog/own-objects.test.ts",
    where: "in the place of our own schema and tables",
    tests: {
      superuser: "%s is refused by name to a superuser login",
      lesser: "%s is refused by name to a least-privilege login",
    },
    results: both("refused by name; nothing read or written"),
  },
  {
    file: "test/security/automatic-code.test.ts",
    where: "code that runs by itself under the gate's session",
    tests: {
      superuser: "%s: no release is executed by a superuser",
      lesser: "%s: it gets nothing from a least-privilege login",
    },
    results: { superuser: "the release is not executed; blocked", lesser: "runs, with no right but the owner's" },
  },
  {
    file: "test/security/automatic-code.test.ts",
    where: "code that a release calls under the gate's session",
    tests: { superuser: "%s: it is not executed by a superuser" },
    results: { superuser: "the release is not executed; blocked" },
  },
  {
    file: "test/security/superuser-release.test.ts",
    where: "a release that is harmless on a clone and asks in the rollout who it is",
    tests: { superuser: "%s: blocked, and nothing came through" },
    results: { superuser: "blocked until the config says why; contained on the clone all the same" },
  },
  {
    file: "test/security/contained.test.ts",
    where:
      "a release on a clone: programs, files, settings, roles, sessions, file_fdw, postgres_fdw, dblink, another login",
    tests: {
      superuser: "where a superuser who owns the tenants signs in > %s is contained",
      lesser: "where a member of the owner signs in > %s is contained",
    },
    results: both("contained: nothing came through"),
  },
  {
    file: "test/security/reaching-logins.test.ts",
    where: "a release on a clone, as a login that is not a superuser and may more than its databases",
    tests: { lesser: "%s: what a DO block tries stays on the clone" },
    results: { lesser: "a lesser role executes, or nothing but plain statements is executed" },
  },
  {
    file: "test/security/executor-rights.test.ts",
    where: "given to the role that executes on a clone",
    tests: { superuser: "goes with its clone, whoever has given it %s" },
    results: { superuser: "taken back; the role goes with its clone" },
  },
  {
    file: "test/security/executor-rights.test.ts",
    where: "a role that the login may set, which",
    tests: { superuser: "is no member of a role that %s" },
    results: { superuser: "not given to the role that executes on a clone" },
  },
  {
    file: "test/security/held-locks.test.ts",
    where: "a release without lock_timeout while somebody holds the lock, database and role have it off",
    tests: {
      superuser: "where a superuser login signs in > %s: it gives up within its limit",
      lesser: "where a least-privilege login signs in > %s: it gives up within its limit",
    },
    results: both("gives up within the limit; measured"),
  },
  {
    file: "test/security/held-locks.test.ts",
    where: "the same behind a pooler and over the RDS Data API",
    tests: { superuser: "%s: over the RDS Data API" },
    results: { superuser: "gives up within the limit; measured" },
  },
  {
    file: "test/security/held-locks.test.ts",
    where: "a team's own migrator while somebody holds the lock",
    tests: {
      superuser: "a team's own program, where a superuser login signs in > %s: it gives up within its limit",
      lesser: "a team's own program, where a least-privilege login signs in > %s: it gives up within its limit",
    },
    results: both("gives up within the limit; measured"),
  },
  {
    file: "test/steps/isolation/rolled-back-reads.test.ts",
    where: "rows of another tenant's schema, read in a part that is rolled back",
    tests: {
      superuser: "where a superuser login signs in > %s: nothing is committed",
      lesser: "where a least-privilege login signs in > %s: nothing is committed",
    },
    results: both("nothing is committed"),
  },
];

/** What came of one test: its names from the outermost on, joined by ` > `. */
export interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
}

/** One line of the table, with its cells in the order of `COLUMNS`; null for a major that was not tried. */
interface AttackRow {
  readonly attack: string;
  readonly where: string;
  readonly result: string;
  readonly file: string;
  readonly cells: readonly (string | null)[];
}

export const ATTACK_FILES: ReadonlySet<string> = new Set(FILES.map(({ file }) => file));

const COLUMNS = (["superuser", "lesser"] as const).flatMap((login) => ALWAYS.map((major) => ({ login, major })));

/** The attacks that were tried, each once, with what came of them by login and major. */
export function rowsOf(outcomes: readonly Outcome[]): readonly AttackRow[] {
  return FILES.flatMap((attacks) => {
    const tried = outcomes.flatMap((outcome) => triedBy(attacks, outcome));
    const majors = new Set(tried.map(({ major }) => major));
    const names = [...new Set(tried.map(({ attack }) => attack))];
    const { file, where, tests, results } = attacks;
    const result = [...new Set([results.superuser, results.lesser])]
      .filter((each) => each !== undefined)
      .join("; as a lesser login: ");
    return names.map((attack) => {
      const cells = COLUMNS.map(({ login, major }) => {
        if (tests[login] === undefined) return "–";
        const own = tried.filter((each) => each.attack === attack && each.login === login && each.major === major);
        if (own.length === 0) return majors.has(major) ? "–" : null;
        return own.every(({ passed }) => passed) ? "held" : "**came through**";
      });
      return { attack, where, result, file, cells };
    });
  });
}

function triedBy({ file, tests }: Attacks, outcome: Outcome) {
  if (outcome.file !== file) return [];
  const [, major] = /\bon (\d+) > /.exec(outcome.name) ?? [];
  return (["superuser", "lesser"] as const).flatMap((login) => {
    const [before, after] = tests[login]?.split("%s") ?? [];
    if (before === undefined || after === undefined || major === undefined) return [];
    const start = ` > ${before}`;
    const at = outcome.name.indexOf(start, outcome.name.indexOf(`on ${major} > `) + `on ${major}`.length);
    if (at !== outcome.name.indexOf(`on ${major} > `) + `on ${major}`.length) return [];
    const rest = outcome.name.slice(at + start.length);
    // A name that ends with the attack has all of the rest for it.
    const end = after === "" ? rest.length : rest.indexOf(after);
    if (end < 0 || rest.slice(0, end).includes(" > ")) return [];
    return [{ attack: rest.slice(0, end), login, major, passed: outcome.passed }];
  });
}

const HEAD = [
  `| attack | where | result | ${COLUMNS.map(({ login, major }) => `${login === "lesser" ? "least privilege" : login}, ${major}`).join(" | ")} | test |`,
  `| --- | --- | --- | ${COLUMNS.map(() => "---").join(" | ")} | --- |`,
];

/** As Markdown. A cell of which nothing is known yet is empty. */
export function tableOf(rows: readonly AttackRow[]): string {
  const place = ({ where, file }: AttackRow) => FILES.findIndex((each) => each.where === where && each.file === file);
  const lines = [...rows]
    .sort((a, b) => place(a) - place(b))
    .map(
      ({ attack, where, result, cells, file }) =>
        `| ${attack} | ${where} | ${result} | ${cells.map((cell) => cell ?? "").join(" | ")} | \`${file}\` |`,
    );
  return [...HEAD, ...lines].join("\n");
}

/** The rows of a table as `tableOf` writes it. */
export function readTable(text: string): readonly AttackRow[] {
  return text
    .split("\n")
    .slice(HEAD.length)
    .filter((line) => line.startsWith("| "))
    .map((line) => {
      const [attack = "", where = "", result = "", ...rest] = line.slice(2, -2).split(" | ");
      const file = (rest.pop() ?? "").replaceAll("`", "");
      return { attack, where, result, file, cells: rest.map((cell) => cell.trim() || null) };
    });
}

const keyOf = ({ attack, where, file }: AttackRow) => JSON.stringify([attack, where, file]);

/** What a run has found, and what is recorded of the majors that it did not try and of files that it did not run. */
export function withRun(recorded: readonly AttackRow[], found: readonly AttackRow[]): readonly AttackRow[] {
  const ran = new Set(found.map(({ file }) => file));
  const known = new Map(recorded.map((row) => [keyOf(row), row]));
  const kept = recorded.filter(({ file }) => !ran.has(file));
  return [
    ...kept,
    ...found.map((row) => ({
      ...row,
      cells: row.cells.map((cell, at) => cell ?? known.get(keyOf(row))?.cells[at] ?? null),
    })),
  ];
}
