// Starts a kind of rewriting: npm run new-rewrite -- set-logged
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatWritten } from "./format-written.mjs";
import { REWRITE_INDEX, rewriteIndex } from "./rewrite-index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [kind = ""] = process.argv.slice(2);
if (!/^[a-z]+(-[a-z]+)*$/.test(kind)) {
  process.stderr.write("usage: npm run new-rewrite -- set-logged\n");
  process.exit(2);
}
const path = `lib/core/rewrite/kinds/${kind}.ts`;
if (existsSync(root + path)) {
  process.stderr.write(`${path} is there already\n`);
  process.exit(1);
}
const name = kind.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
writeFileSync(
  root + path,
  `import type { RewriteKind } from "../kind.js";

export const ${name}: RewriteKind = {
  id: "${kind}",
  title: "what it does instead",
  takesAway: [],
  rewrite() {
    return null;
  },
};
`,
);
writeFileSync(REWRITE_INDEX, rewriteIndex());
formatWritten(path, "lib/core/rewrite/kinds/index.ts");
process.stdout.write(`Wrote ${path} and its entry in kinds/index.ts. Next:
  1. its moves, and the rules whose hazard they take away, such as SG045, also in rewritable.ts.
  2. test/core/rewrite/cases.ts: a statement that it rewrites, and one that it refuses.
  3. docs/rewrite.md: its row. lib/core/rewrite/kinds/reindex.ts is a small neighbour: known has the text's and the catalog's objects,
     before is the catalog. The pace of a statement that is slow under a weak lock is told by paceOf in steps-of.ts.
Then: npx vitest run test/core/rewrite -t "${kind.replaceAll("-", " ")}|${kind}" && npm run typecheck, and at last all of test/core/rewrite
`);
