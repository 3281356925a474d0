// Begins a probe: npm run new-probe -- generated-column
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
formatWritten(path, "lib/core/probes/index.ts");
process.stdout.write(`Wrote ${path} and its entry in lib/core/probes/index.ts. Next:
  1. Say in it for which operation it asks, and which rows that operation refuses.
  2. test/integration/probes/planted.test.ts: a case with clean rows, planted rows and their number.
  3. test/steps/proof/probes.test.ts: a case, or its code in ELSEWHERE.
  4. test/integration/probes/agreement.test.ts: rows over which the server runs the release, and rows over which it refuses it.
  5. docs/probes.md: its row.
Then: npx vitest run test/integration/probes/planted.test.ts test/steps/proof/probes.test.ts && npm run typecheck
`);
