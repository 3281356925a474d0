// Begins an operation: npm run new-operation -- set-storage
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatWritten } from "./format-written.mjs";
import { OPERATION_INDEX, operationIndex } from "./operation-index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [kind = ""] = process.argv.slice(2);
if (!/^[a-z]+(-[a-z]+)*$/.test(kind)) {
  process.stderr.write("usage: npm run new-operation -- set-storage\n");
  process.exit(2);
}
const path = `lib/core/operations/kinds/${kind}.ts`;
if (existsSync(root + path)) {
  process.stderr.write(`${path} is there already\n`);
  process.exit(1);
}
const name = kind.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const type = name[0].toUpperCase() + name.slice(1);
writeFileSync(
  root + path,
  `import type { QualifiedName } from "../../sql/qualified-name.js";
import { impossible } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface ${type} extends OperationData {
  readonly kind: "${kind}";
  readonly table: QualifiedName;
}

export const ${name}: OperationType<${type}> = {
  kind: "${kind}",
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), "AccessExclusiveLock"));
  },
  inverse() {
    return impossible("its way back is not written yet");
  },
  requirements() {
    return [];
  },
};
`,
);
writeFileSync(OPERATION_INDEX, operationIndex());
formatWritten(path, "lib/core/operations/kinds/index.ts");
process.stdout.write(`Wrote ${path} and its entry in kinds/index.ts. Next:
  1. lib/core/operations/read/: return { kind: "${kind}", … } for its statement, in the reader that readers.ts names for it.
  2. test/support/operation-statements.ts: its statements, so that locks, rewrites and scans are measured.
  3. test/support/random-operation.ts: a generator of random statements, which tests its inverse on random schemas.
  4. Without an inverse: its statement in LEFT_TO_THE_DIFFERENCE of test/core/operations/inverse.test.ts.
  5. If it changes rows, names or what a query means: probes/state/advance.ts, probes/support/changed-code.ts and
     rollback/created.ts in lib/core. What they do not list, they take for harmless.
Then: npx vitest run test/core/operations -t "${kind.replaceAll("-", " ")}|${kind}" && npm run typecheck, and at last all of test/core/operations
`);
