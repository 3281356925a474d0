// Starts a state of the machine: npm run new-state -- count-rows
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatWritten } from "./format-written.mjs";
import { writeStateIndexes } from "./state-index.mjs";

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
writeStateIndexes();
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
formatWritten(path, "lib/steps/states/index.ts", "lib/infra/state-files.ts", test);
process.stdout.write(`Wrote ${path}, ${test}, and the state's lines in states/index.ts and lib/infra/state-files.ts. Next:
  1. state-machines/safety-gate.asl.json: a Task that calls \${${placeholder}}, with its Retry, a Catch that ends in RecordFailure, and
     the Next (or Default) of the states that lead to it. Keep the state small by ResultSelector and ResultPath. Where it answers ok, a
     Choice after it whose Default is Report; one that cannot say no throws, which Catch sends to RecordFailure: leave ok out then.
  2. ${test}: what it answers (test/steps/tally.test.ts has ports to copy).
  3. lib/infra/handlers.ts, only where the state needs a database, a grant, or more than 512 MiB and five minutes.
  4. A Choice after it: what each scenario of docs/aws-scenarios.md chooses there; npm run test:aws verifies it.
Then: npx vitest run test/state-machines test/infra ${test} && npm run typecheck
`);
