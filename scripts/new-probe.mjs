// Starts a probe: npm run new-probe -- generated-column
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatWritten } from "./format-written.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [slug = ""] = process.argv.slice(2);
if (!/^[a-z]+(-[a-z]+)*$/.test(slug)) {
  process.stderr.write("usage: npm run new-probe -- generated-column\n");
  process.exit(2);
}
const path = `lib/core/probes/${slug}.ts`;
if (existsSync(root + path)) {
  process.stderr.write(`${path} is there already\n`);
  process.exit(1);
}
const name = slug.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
writeFileSync(
  root + path,
  `import type { Probe } from "./probe.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";

export const ${name}: Probe = {
  code: "probe.${slug}",
  derive(operation, { before }) {
    if (operation.kind !== "set-not-null") return [];
    const table = before.table(operation.table);
    if (!table) return [];
    return [
      failingRows(before, {
        code: ${name}.code,
        subject: { kind: "table", name: tableName(table) },
        statement: operation.statement,
        meaning: \`rows of \${tableName(table)} that the statement refuses\`,
        table,
        condition: "false",
        columns: [],
        own: false,
        why: "refused",
        // The repair moves the rows out of the table. Where only a person can decide, give the query \`repair: null\` instead.
        set: null,
      }),
    ];
  },
};
`,
);
const index = `${root}lib/core/probes/index.ts`;
const text = readFileSync(index, "utf8");
const imported = text.replace(
  /^import type \{[^}]*\bProbe\b[^}]*\} from "\.\/probe\.js";/m,
  `import { ${name} } from "./${slug}.js";\n$&`,
);
const registered = imported.replace(
  /(export const PROBES: readonly Probe\[\] = \[[\s\S]*?)\n\];/,
  `$1\n  ${name},\n];`,
);
if (imported === text || registered === imported)
  throw new Error("lib/core/probes/index.ts no longer has the import of Probe or the list PROBES");
writeFileSync(index, registered);
const cases = "test/steps/proof/probes.test.ts";
insert(
  cases,
  "\n];\n\ndescribe",
  `
  {
    name: "what it finds",
    schema: T,
    clean: "insert into t values (1, 1)",
    planted: "insert into t values (7, null)",
    migration: "a statement that the server refuses over the planted rows",
    code: "probe.${slug}",
    count: 1,
  },`,
);
const page = "docs/probes.md";
insert(
  page,
  "\n\nWhen a column changes its type",
  `\n| \`probe.${slug}\` | the statement | the rows that it refuses |`,
);
formatWritten(path, "lib/core/probes/index.ts", cases);
process.stdout.write(`Wrote ${path}, its entry in lib/core/probes/index.ts, a case in ${cases} and a row in ${page}. Next:
  1. Say in it for which operation it asks, and which rows that operation refuses.
  2. ${cases}: rows that break nothing, rows that the server refuses, their number, and \`repair: false\` where only a person can
     decide. If majors of PostgreSQL differ: a case in test/integration/probes/agreement, which runs on both.
  3. ${page}: what it asks for.
Then: npx vitest run ${cases} && npm run typecheck
`);

/** Puts `text` before the first `mark` of a file. */
function insert(file, mark, text) {
  const was = readFileSync(root + file, "utf8");
  const at = was.indexOf(mark);
  if (at < 0) throw new Error(`${file} no longer has the place for an entry`);
  writeFileSync(root + file, was.slice(0, at) + text + was.slice(at));
}
