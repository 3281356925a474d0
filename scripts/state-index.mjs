// Writes lib/steps/states/index.ts, and the list of files that the stack makes functions of, from the files of the folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../lib/steps/states/", import.meta.url));
const placeholder = (exported) => exported[0].toUpperCase() + exported.slice(1);

export function stateFiles() {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .sort()
    .map((file) => {
      const exported = /^export const (\w+): Step</m.exec(readFileSync(folder + file, "utf8"))?.[1];
      if (!exported) throw new Error(`${file} exports no step`);
      return { exported, name: file.replace(/\.ts$/, "") };
    });
}

const STATE_INDEX = `${folder}index.ts`;

function stateIndex() {
  const states = stateFiles();
  const imports = states.map(({ exported, name }) => `import { ${exported} } from "./${name}.js";`);
  const list = states.map(({ exported }) => `  ${placeholder(exported)}: ${exported},`);
  return `import type { Step } from "../run/step.js";
${imports.join("\n")}

/** Every step by the name that the state machine calls it. Written by scripts/state-index.mjs. */
export const STATES: Readonly<Record<string, Step<unknown, unknown>>> = {
${list.join("\n")}
};
`;
}

const STATE_FILES = fileURLToPath(new URL("../lib/infra/state-files.ts", import.meta.url));

function stateFileList() {
  const list = stateFiles().map(({ exported, name }) => `  ${placeholder(exported)}: "${name}",`);
  return `/** The file of each state by the placeholder that calls it in the state machine. Written by scripts/state-index.mjs. */
export const STATE_FILES = {
${list.join("\n")}
} as const;
`;
}

export function writeStateIndexes() {
  writeFileSync(STATE_INDEX, stateIndex());
  writeFileSync(STATE_FILES, stateFileList());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === "--print") process.stdout.write(stateIndex());
  else if (process.argv[2] === "--print-files") process.stdout.write(stateFileList());
  else writeStateIndexes();
}
