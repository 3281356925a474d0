// Writes lib/core/operations/kinds/index.ts from the files of the folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../lib/core/operations/kinds/", import.meta.url));

export const OPERATION_INDEX = `${folder}index.ts`;

export function operationIndex() {
  const kinds = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .sort()
    .map((file) => {
      const text = readFileSync(folder + file, "utf8");
      const [, exported, type] = /^export const (\w+): OperationType<(\w+)>/m.exec(text) ?? [];
      const kind = /readonly kind: "([a-z-]+)"/.exec(text)?.[1];
      if (!exported || kind !== file.replace(/\.ts$/, "")) throw new Error(`${file} has no operation of its name`);
      return { exported, type, kind };
    });
  const imports = kinds.map(({ exported, type, kind }) => `import { type ${type}, ${exported} } from "./${kind}.js";`);
  const entry = ({ kind, exported }) => `  ${kind.includes("-") ? `"${kind}"` : kind}: ${exported},`;
  return `import type { OperationType } from "../operation.js";
${imports.join("\n")}

/** One change that a statement makes, as plain data. One file of this folder per kind. Written by scripts/operation-index.mjs. */
export type Operation =
${kinds.map(({ type }) => `  | ${type}`).join("\n")};

export type OperationKind = Operation["kind"];

/** The contract of every kind. */
export const OPERATION_TYPES: { readonly [K in OperationKind]: OperationType<Extract<Operation, { kind: K }>> } = {
${kinds.map(entry).join("\n")}
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === "--print") process.stdout.write(operationIndex());
  else writeFileSync(OPERATION_INDEX, operationIndex());
}
