// Writes lib/steps/states/index.ts from the files of the folder.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../lib/steps/states/", import.meta.url));

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

export const STATE_INDEX = `${folder}index.ts`;

export function stateIndex() {
  const states = stateFiles();
  const imports = states.map(({ exported, name }) => `import { ${exported} } from "./${name}.js";`);
  const list = states.map(({ exported }) => `  ${exported[0].toUpperCase()}${exported.slice(1)}: ${exported},`);
  return `import type { Step } from "../run/step.js";
${imports.join("\n")}

/** Every step by the name that the state machine calls it. Written by scripts/state-index.mjs. */
export const STATES: Readonly<Record<string, Step<unknown, unknown>>> = {
${list.join("\n")}
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === "--print") process.stdout.write(stateIndex());
  else writeFileSync(STATE_INDEX, stateIndex());
}
