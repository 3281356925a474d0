import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";
import { EFFECTS } from "./fuzz/body.js";
import { crateOf, crateWith, type EditChoice, type ModelCrate } from "./fuzz/model-crate.js";
import { compileLibraries, sentBy, TOOLS } from "./fuzz/rustc.js";

/** More with `SCHEMA_GATE_FUZZ=10000`. */
const RUNS = Number(process.env.SCHEMA_GATE_FUZZ ?? 200);
/** Others with `SCHEMA_GATE_FUZZ_SEED=7`. */
const SEED = Number(process.env.SCHEMA_GATE_FUZZ_SEED ?? 23);
/** With `SCHEMA_GATE_FUZZ_RUSTC=100` so many models are compiled and run, to hold what the model says against Rust. */
const COMPILED = Number(process.env.SCHEMA_GATE_FUZZ_RUSTC ?? 0);

const edit: fc.Arbitrary<EditChoice> = fc.tuple(fc.nat(1000), fc.nat(100_000), fc.nat(1000));
const model = fc
  .tuple(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(10_000), { minLength: 40, maxLength: 40 }))
  .map(([edits, numbers]) => crateOf(edits, numbers, TOOLS));

/** What the reader says that the crate sends; null when it says that it does not know. */
async function read(crate: ModelCrate): Promise<readonly string[] | null> {
  const release = await readRelease(filesOf(crate.files), { application: false });
  const blocked = release.coverage.pieces.length > 0 || release.findings.some(({ severity }) => severity === "error");
  return blocked
    ? null
    : release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql.replace(/;$/, "")));
}

describe("Rust crates whose meaning is known", () => {
  it.each(EFFECTS.map(({ name }) => name))("%s alone is read right or not at all", async (name) => {
    const crate = crateWith(name, TOOLS);
    const found = await read(crate);
    if (found !== null) expect(found).toEqual(crate.sent);
  });

  it("are read right or not at all after any edits", async () => {
    let understood = 0;
    await fc.assert(
      fc.asyncProperty(model, async (crate) => {
        const found = await read(crate);
        if (found === null) return;
        understood += 1;
        if (JSON.stringify(found) === JSON.stringify(crate.sent)) return;
        const shown = Object.entries(crate.files).filter(([path]) => !(path in TOOLS));
        expect(
          found,
          `${crate.edits.join("\n")}\n${shown.map(([path, text]) => `// ${path}\n${text}`).join("\n")}`,
        ).toEqual(crate.sent);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // A reader that reads nothing would be right too.
    expect(understood).toBeGreaterThan(RUNS * 0.1);
    console.log(`${RUNS} crates, ${understood} of them understood, none wrong`);
  }, 3_600_000);

  it.runIf(COMPILED > 0)(
    "mean what the compiler makes of them",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "schema-gate-fuzz-"));
      try {
        compileLibraries(folder);
        const alone = EFFECTS.map(({ name }) => crateWith(name, TOOLS));
        const several = fc.sample(model, { numRuns: COMPILED, seed: SEED });
        const wrong = [...alone, ...several].flatMap((crate) => {
          if (crate.sent === null) return [];
          try {
            const sent = sentBy(crate, folder);
            return JSON.stringify(sent) === JSON.stringify(crate.sent)
              ? []
              : [`${crate.edits.join(" | ")}\n${sent.join("\n")}\nnot\n${crate.sent.join("\n")}`];
          } catch (error) {
            return [
              `${crate.edits.join(" | ")}\n${(error as { stderr?: Buffer }).stderr?.toString().slice(0, 600) ?? error}`,
            ];
          }
        });
        console.log(wrong.slice(0, 30).join("\n----\n"));
        expect(wrong).toHaveLength(0);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    3_600_000,
  );
});
