// Starts an operation: npm run new-operation -- set-storage
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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
  changes: "anything",
  evaluates: true,
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
const cases = "test/support/operation-cases.ts";
const text = readFileSync(root + cases, "utf8");
const entry = `  "${kind}": {
    withoutInverse: ["a statement of it over SCHEMA of operation-statements.ts"],
    random: ({ t }) => \`a statement of it over \${t}\`,
  },
};
`;
writeFileSync(root + cases, text.replace(/\};\n$/, entry));
formatWritten(path, "lib/core/operations/kinds/index.ts", cases);
process.stdout.write(`Wrote ${path}, its entry in kinds/index.ts, and one in ${cases}. Next:
  1. lib/core/operations/read/: return { kind: "${kind}", … } for its statement, in the reader that readers.ts names for it.
  2. ${cases}: its statements, each form that locks otherwise, and a random one. Those with an inverse of their own are \`statements\`.
  3. Its \`changes\`: [] where later statements find all as it was. "anything" is safe, and makes what comes after it unknown. For
     "tables", "names" or "code" the compiler names the places that must follow it.
Then: npx vitest run test/core/operations -t "${kind.replaceAll("-", " ")}|${kind}" && npm run typecheck, and at last all of test/core/operations
`);
