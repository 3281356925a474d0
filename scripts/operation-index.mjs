// Writes lib/core/operations/kinds/index.ts from the files of the folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../lib/core/operations/kinds/", import.meta.url));

export const OPERATION_INDEX = `${folder}index.ts`;

const ASPECTS = ["tables", "names", "code", "anything"];

function kindsThatChange(kinds, aspect) {
  const found = kinds.filter(({ changes }) => changes.includes(`"${aspect}"`));
  return found.map(({ kind }) => `"${kind}"`).join(" | ") || "never";
}

export function operationIndex() {
  const kinds = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .sort()
    .map((file) => {
      const text = readFileSync(folder + file, "utf8");
      const [, exported, type] = /^export const (\w+): OperationType<(\w+)>/m.exec(text) ?? [];
      const kind = /readonly kind: "([a-z-]+)"/.exec(text)?.[1];
      if (!exported || kind !== file.replace(/\.ts$/, "")) throw new Error(`${file} has no operation of its name`);
      const changes = /^ {2}changes: (.*),$/m.exec(text)?.[1];
      if (!changes) throw new Error(`${file} does not say what it changes`);
      return { exported, type, kind, changes };
    });
  const imports = kinds.map(({ exported, type, kind }) => `import { type ${type}, ${exported} } from "./${kind}.js";`);
  const entry = ({ kind, exported }) => `  ${kind.includes("-") ? `"${kind}"` : kind}: ${exported},`;
  return `import type { OperationType } from "../operation.js";
${imports.join("\n")}

/** One change that a statement makes, as plain data. One file of this folder per kind. Written by scripts/operation-index.mjs. */
export type Operation =
${kinds.map(({ type }) => `  | ${type}`).join("\n")};

export type OperationKind = Operation["kind"];

/** The kinds that change an aspect, according to their files. */
interface Changing {
${ASPECTS.map((aspect) => `  readonly ${aspect}: ${kindsThatChange(kinds, aspect)};`).join("\n")}
}

/** Operations that leave these aspects unchanged: all that may remain for the default of a switch. */
export type Keeping<A extends keyof Changing> = Exclude<Operation, { readonly kind: Changing[A | "anything"] }>;

/** An operation that no place follows. */
export type Unfollowed = Extract<Operation, { readonly kind: Changing["anything"] }>;

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
