// Bundles every Lambda handler into dist/lambda, or the folder in its first argument: one asset for all functions, ESM with shared chunks, and
// the WASM files of the parsers next to them. An entry is functions/aws/NAME.ts if there is one, else the step lib/steps/states/NAME.ts behind
// onLambda.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { stateFiles } from "./state-index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = resolve(process.argv[2] ?? join(root, "dist", "lambda"));
const WASM = [
  "libpg-query/wasm/libpg-query.wasm",
  "web-tree-sitter/web-tree-sitter.wasm",
  "tree-sitter-rust/tree-sitter-rust.wasm",
];
/** Entries that are not states of the machine. */
const OWN = ["record-end", "remind", "review", "start", "task"];

const STATES = new Map(stateFiles().map(({ name, exported }) => [name, exported]));
const special = new Set(readdirSync(join(root, "functions", "aws")).map((name) => basename(name, ".ts")));

function sourceOf(name) {
  // A program, not a handler.
  if (name === "task")
    return 'import { runTask } from "./functions/aws/task.js"; process.exitCode = await runTask(process.env);';
  return special.has(name)
    ? `export { handler } from "./functions/aws/${name}.js";`
    : `import { onLambda } from "./functions/aws/lambda.js";
import { handlerOf } from "./functions/runtime.js";
import { ${STATES.get(name)} } from "./lib/steps/states/${name}.js";
export const handler = onLambda(${JSON.stringify(name)}, handlerOf(${STATES.get(name)}));`;
}

/** Entries that exist only here, and the one place that looks for its WASM file in node_modules. */
const plugin = {
  name: "lambda",
  setup(setup) {
    setup.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice("entry:".length), namespace: "entry" }));
    setup.onLoad({ filter: /./, namespace: "entry" }, ({ path }) => ({
      contents: sourceOf(path),
      resolveDir: root,
      loader: "ts",
    }));
    setup.onLoad({ filter: /parse-rust\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const there = 'import.meta.resolve("tree-sitter-rust/tree-sitter-rust.wasm")';
      if (!text.includes(there)) throw new Error(`${path} no longer finds its grammar with ${there}`);
      return { contents: text.replace(there, '"./tree-sitter-rust.wasm", import.meta.url'), loader: "ts" };
    });
  },
};

const names = [...new Set([...STATES.keys(), ...OWN.filter((name) => special.has(name))])];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: names.map((name) => ({ in: `entry:${name}`, out: name })),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  keepNames: true,
  legalComments: "none",
  mainFields: ["module", "main"],
  external: ["pg-native", "@supabase/pg-topo"],
  plugins: [plugin],
  metafile: true,
  logLevel: "warning",
  banner: {
    // What CommonJS packages inside the bundle expect.
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      'import { fileURLToPath as __pathOf } from "node:url";',
      "const require = __createRequire(import.meta.url);",
      "const __filename = __pathOf(import.meta.url);",
      'const __dirname = __pathOf(new URL(".", import.meta.url)).slice(0, -1);',
    ].join("\n"),
  },
});
for (const file of WASM) cpSync(join(root, "node_modules", file), join(out, basename(file)));
writeFileSync(join(out, "package.json"), '{ "type": "module" }\n');

const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`.padStart(10);
/** An entry with everything that it imports before its first call. */
function closure(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of metafile.outputs[file]?.imports ?? [])
    if (kind === "import-statement" && metafile.outputs[path]) closure(path, seen);
  return seen;
}
const outputs = Object.keys(metafile.outputs);
for (const name of names) {
  const entry = outputs.find((file) => basename(file) === `${name}.mjs` && resolve(dirname(file)) === out);
  const bytes = [...closure(entry)].reduce((sum, file) => sum + metafile.outputs[file].bytes, 0);
  console.log(`${`${name}.mjs`.padEnd(24)}${kib(bytes)}`);
}
for (const file of WASM) console.log(`${basename(file).padEnd(24)}${kib(statSync(join(out, basename(file))).size)}`);
const total = readdirSync(out).reduce((sum, file) => sum + statSync(join(out, file)).size, 0);
console.log(`${"the whole folder".padEnd(24)}${kib(total)}`);
