import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRelease } from "../../../../lib/core/release/read-release.js";
import { filesOf } from "../../../support/release-files.js";
import { downOf, EDITS, folderOf, STYLES, upOf } from "./folder-model.js";

/** More with `SCHEMA_GATE_FUZZ=10000`. */
const RUNS = Number(process.env.SCHEMA_GATE_FUZZ ?? 300);
/** Others with `SCHEMA_GATE_FUZZ_SEED=7`. */
const SEED = Number(process.env.SCHEMA_GATE_FUZZ_SEED ?? 23);

const migrations = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 4 })
  .map((downs) => downs.map((down, index) => ({ number: index + 1, down })));
const edits = fc.array(fc.tuple(fc.constantFrom(...EDITS), fc.nat()), { minLength: 1, maxLength: 4 });

const sqlOf = (script: { statements: readonly { sql: string }[] } | null) =>
  script ? script.statements.map(({ sql }) => `${sql};`).join("") : null;

async function reading(files: Readonly<Record<string, string>>, convention?: string) {
  const release = await readRelease(filesOf(files), convention === undefined ? {} : { convention });
  return {
    blocked: release.findings.some(({ severity }) => severity === "error"),
    convention: release.convention,
    ways: release.migrations.map(({ up, down }) => [sqlOf(up), sqlOf(down)] as const),
  };
}

describe("folders whose meaning is known", () => {
  it.each(STYLES.map((style, index) => ({ ...style, index })))(
    "$convention ($index) is read right unedited",
    async (style) => {
      const folder = folderOf(
        style,
        [1, 2, 3].map((number) => ({ number, down: true })),
      );
      const read = await reading(folder.files);
      expect(read).toMatchObject({ blocked: false, convention: style.convention });
      expect(read.ways.map(([up]) => up)).toEqual(folder.ups.map(upOf));
    },
  );

  it("are read right or blocked after any edits, with the convention found or given", async () => {
    const blocked = { count: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...STYLES),
        migrations,
        edits,
        fc.boolean(),
        async (style, model, chosen, given) => {
          const folder = folderOf(style, model);
          const files = chosen.reduce((all, [edit, at]) => edit.apply(all, (count) => at % count), folder.files);
          const read = await reading(files, given ? style.convention : undefined);
          if (read.blocked) blocked.count += 1;
          if (read.blocked) return;
          const shown = `${chosen.map(([edit]) => edit.name).join(", ")}: ${JSON.stringify(files)}`;
          expect(
            read.ways.map(([up]) => up),
            shown,
          ).toEqual(folder.ups.map(upOf));
          for (const [index, [, down]] of read.ways.entries()) {
            expect([null, downOf(folder.ups[index] ?? 0)], shown).toContain(down);
          }
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
    // A reader that blocks everything would be right too.
    expect(blocked.count).toBeLessThan(RUNS * 0.9);
  }, 600_000);
});
