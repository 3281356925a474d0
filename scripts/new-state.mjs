// Begins a state of the machine: npm run new-state -- count-rows
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatWritten } from "./format-written.mjs";
import { STATE_INDEX, stateIndex } from "./state-index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [slug = ""] = process.argv.slice(2);
if (!/^[a-z]+(-[a-z]+)*$/.test(slug)) {
  process.stderr.write("usage: npm run new-state -- count-rows\n");
  process.exit(2);
}
const path = `lib/steps/states/${slug}.ts`;
if (existsSync(root + path)) {
  process.stderr.write(`${path} is there already\n`);
  process.exit(1);
}
const name = slug.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const placeholder = name[0].toUpperCase() + name.slice(1);
writeFileSync(
  root + path,
  `import { z } from "zod";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly ok: boolean;
}

export const ${name}: Step<z.infer<typeof input>, Output> = {
  name: "${slug}",
  input,
  settled: ({ ok }) => ok,
  async run() {
    return { ok: false };
  },
};
`,
);
writeFileSync(STATE_INDEX, stateIndex());
const handlers = "lib/infra/handlers.ts";
const specs = readFileSync(root + handlers, "utf8");
const entry = `  ${placeholder}: { entry: "${slug}", ...small, grants: [] },\n`;
const listed = specs.replace("} as const satisfies Readonly<Record<string, HandlerSpec>>;", `${entry}$&`);
if (listed === specs) throw new Error(`${handlers} no longer has the list HANDLERS`);
writeFileSync(root + handlers, listed);
const test = `test/steps/${slug}.test.ts`;
writeFileSync(
  root + test,
  `import { describe, expect, it } from "vitest";
import { ${name} } from "../../lib/steps/states/${slug}.js";

describe("${slug}", () => {
  it("is not settled by an answer that is not ok, which blocks", () => {
    expect(${name}.settled({ ok: false })).toBe(false);
  });
});
`,
);
formatWritten(path, "lib/steps/states/index.ts", handlers, test);
process.stdout.write(`Wrote ${path}, its entry in states/index.ts and in ${handlers}, and ${test}. Next:
  1. state-machines/safety-gate.asl.json: a Task that calls \${${placeholder}}, with its Retry, a Catch that ends in RecordFailure, and
     the Next (or Default) of the states that lead to it. Keep the state small by ResultSelector and ResultPath. Where it answers ok, a
     Choice after it whose Default is Report; one that cannot say no throws, which Catch sends to RecordFailure: leave ok out then.
  2. ${handlers}: its memory, minutes and grants, where it needs more than the least.
  3. ${test}: what it answers (test/steps/tally.test.ts has ports to copy).
  4. A Choice after it: what each scenario of docs/aws-scenarios.md chooses there; npm run test:aws verifies it.
Then: npx vitest run test/state-machines test/infra ${test} && npm run typecheck
`);
