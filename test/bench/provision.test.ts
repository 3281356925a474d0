import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { provisionOutput } from "../../lib/cli/json/provision.js";
import { BENCH_DATA } from "./data.js";
import { GrownFleet } from "./fleet-size/grown-fleet.js";

const SCHEMA = join(BENCH_DATA, "tenant-schema.sql");
const NEWCOMERS = 6;
const missing = !existsSync(SCHEMA);
if (missing) console.warn(`the bench of provision is not run: ${SCHEMA} is not there`);

it.skipIf(missing)(
  "makes new databases from the template, by the command line with its start",
  async () => {
    const fleet = await GrownFleet.create("databases", 5, readFileSync(SCHEMA, "utf8"));
    try {
      const newcomers = Array.from({ length: NEWCOMERS }, (_, at) => `new${at}`);
      fleet.list(...newcomers);
      const times: { readonly whole: number; readonly own: number }[] = [];
      for (const id of newcomers) {
        const made = await fleet.command(["provision", id, "--json"]);
        const output = provisionOutput.parse(JSON.parse(made.stdout));
        expect(output).toMatchObject({ outcome: "provisioned", differences: [] });
        times.push({ whole: made.ms, own: output.ms });
      }
      const [first, ...later] = times;
      const least = (part: "whole" | "own") => Math.min(...later.map((each) => each[part])).toFixed(0);
      console.log(
        `the first ${first?.whole.toFixed(0)} ms; then at best ${least("own")} ms, ${least("whole")} ms with the start of the process`,
      );
    } finally {
      await fleet.destroy();
    }
  },
  600_000,
);
