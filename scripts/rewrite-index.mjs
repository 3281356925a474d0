// Writes lib/core/rewrite/kinds/index.ts from the files of the folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../lib/core/rewrite/kinds/", import.meta.url));

export const REWRITE_INDEX = `${folder}index.ts`;

export function rewriteIndex() {
  const kinds = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .sort()
    .map((file) => {
      const text = readFileSync(folder + file, "utf8");
      const exported = /^export const (\w+): RewriteKind\b/m.exec(text)?.[1];
      const id = /^ {2}id: "([a-z-]+)"/m.exec(text)?.[1];
      if (!exported || id !== file.replace(/\.ts$/, "")) throw new Error(`${file} has no rewriting of its name`);
      return { exported, id };
    });
  return `import type { RewriteKind } from "../kind.js";
${kinds.map(({ exported, id }) => `import { ${exported} } from "./${id}.js";`).join("\n")}

/** Every kind of rewrite, one file of this folder each. Written by scripts/rewrite-index.mjs. */
export const REWRITE_KINDS: readonly RewriteKind[] = [
${kinds.map(({ exported }) => `  ${exported},`).join("\n")}
];
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === "--print") process.stdout.write(rewriteIndex());
  else writeFileSync(REWRITE_INDEX, rewriteIndex());
}
