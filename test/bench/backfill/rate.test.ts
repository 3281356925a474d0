import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sizeText } from "../../../lib/core/size.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { query } from "../../support/query.js";
import { type BenchServer, benchServer, fill, inBatches, STATEMENT, seconds } from "./bench.js";

/** SCHEMA_GATE_ROWS=10000000 for memory over as many; 300,000 is the largest of pgroll's own bench. */
const ROWS = Number(process.env.SCHEMA_GATE_ROWS ?? 300_000);
const ROUNDS = Number(process.env.SCHEMA_GATE_ROUNDS ?? 3);
/** Path of pgroll's program, where it was built. */
const PGROLL = process.env.SCHEMA_GATE_PGROLL;
const GOAL = 0.7;
/** Each batch goes back and forth eight times, which a busy machine makes dear: below this it is not the machine. */
const FLOOR = 0.4;
const BATCH = process.env.SCHEMA_GATE_BATCH ?? "200ms";

let bench: BenchServer;
beforeAll(async () => {
  await loadParser();
  bench = await benchServer();
}, 120_000);
afterAll(() => bench.close());

const rate = (took: number) => Math.round(ROWS / took);
const best = (rates: readonly number[]) => Math.max(...rates);
const text = (each: readonly number[]) => each.map((one) => one.toLocaleString("en")).join(", ");

async function allDone(): Promise<void> {
  expect(
    await query(bench.server, "select count(*)::int as left from users where name_upper is distinct from upper(name)"),
  ).toEqual([{ left: 0 }]);
}

it(`${ROWS} rows: in batches beside the plain statement`, async () => {
  const plain: number[] = [];
  const batched: number[] = [];
  const kept: number[] = [];
  const seen: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await fill(bench, ROWS);
    plain.push(rate(await seconds(() => query(bench.server, STATEMENT))));
    for (const [keep, rates] of [
      [false, batched],
      [true, kept],
    ] as const) {
      await fill(bench, ROWS);
      const took = await seconds(async () => {
        const { batches, longestMs, grownBytes } = await inBatches(bench, { batch: BATCH, keep });
        seen.push(`${batches} batches, the longest ${Math.round(longestMs)} ms, memory +${sizeText(grownBytes)}`);
      });
      rates.push(rate(took));
      await allDone();
    }
  }
  const part = best(batched) / best(plain);
  console.log(`plain statement: ${text(plain)} rows/s
in batches: ${text(batched)} rows/s, ${part.toFixed(2)} of it (goal ${GOAL})
in batches, overwritten values kept: ${text(kept)} rows/s, ${(best(kept) / best(plain)).toFixed(2)} of it
${seen.join("\n")}`);
  expect(part).toBeGreaterThan(FLOOR);
}, 3_600_000);

it("pgroll beside it", async () => {
  if (PGROLL === undefined) {
    console.log("pgroll: not measured; build its program and name it in SCHEMA_GATE_PGROLL");
    return;
  }
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await query(bench.server, 'drop schema if exists pgroll, "public_00_base", "public_01_upper" cascade');
    await fill(bench, ROWS);
    const url = `${bench.server.url("postgres")}?sslmode=disable`;
    const file = join(bench.root, "01_upper.json");
    const alter = {
      alter_column: {
        table: "users",
        column: "name_upper",
        up: "upper(name)",
        down: "name_upper",
        nullable: false,
        comment: "filled",
      },
    };
    writeFileSync(file, JSON.stringify({ operations: [alter] }));
    const run = (...words: string[]) => execFileSync(PGROLL, [...words, "--postgres-url", url], { stdio: "pipe" });
    run("init");
    run("baseline", "00_base", bench.root, "--yes");
    rates.push(rate(await seconds(async () => run("start", file, "--complete"))));
    await allDone();
  }
  console.log(`pgroll: ${text(rates)} rows/s`);
}, 3_600_000);
