// Begins a state of the machine: npm run new-state -- count-rows
import { existsSync, writeFileSync } from "node:fs";
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
formatWritten(path, "lib/steps/states/index.ts");
process.stdout.write(`Wrote ${path} and its entry in states/index.ts. Next:
  1. state-machines/safety-gate.asl.json: a Task that calls \${${placeholder}}, with its Retry, a Catch that ends in RecordFailure, and
     the Next (or Default) of the states that lead to it. Keep the state small by ResultSelector and ResultPath. Where it answers ok, a
     Choice after it whose Default is Report; one that cannot say no throws, which Catch sends to RecordFailure: leave ok out then.
  2. lib/infra/handlers.ts: ${placeholder} with its memory, minutes and grants.
  3. test/steps/${slug}.test.ts: what it answers, and that an answer that is not ok blocks (test/steps/tally.test.ts has ports to copy).
  4. docs/aws-scenarios.md: the state in each path that passes it, and in its count; npm run test:aws verifies it.
  5. docs/architecture.md: the flow, where a reader of it would miss the state.
Then: npx vitest run test/state-machines test/infra test/steps/${slug}.test.ts && npm run typecheck
`);
