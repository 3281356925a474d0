import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { UsageError } from "../../../api/usage-error.js";
import { parseDuration } from "../../../core/config/duration.js";
import { plural } from "../../../core/plural.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import type { WatchOutput } from "../../json/watch.js";
import { describeSelection, selectionOf } from "../../run/selection-options.js";
import { onInterrupt } from "../../run/signals.js";
import { printable } from "../../terminal/printable.js";
import { type Pass, type PassOptions, watchOnce } from "./pass.js";
import { passText } from "./text.js";

const HELP = `
Examples:
  schema-gate watch                    for cron: prints what changed since the last look, and exits with 1 if anything did
  schema-gate watch --every 1h         for a service: looks every hour until stopped
  schema-gate watch --every 1h --json  one line of JSON each time something changed

Reports changed schemas (except drift that the config allows), invalid indexes, tenants that are new, gone, unreachable or reachable again,
and ledgers that fell behind the migrations. Skips exempt tenants. Changes nothing and clones nothing.`;

/** Between two passes a service reacts to a signal within this time. */
const LEAST_MS = 1000;

/** What changed in the fleet since the last look. */
export const watch: CommandModule = {
  describe(program: Command): void {
    describeSelection(program)
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--every <duration>", "repeat at this interval, such as 10min or 1h")
      .option("--no-ledgers", "do not report how far the ledgers are behind")
      .option("--json", "print as JSON on standard output")
      .addHelpText("after", HELP);
  },

  async run(io, _args, options) {
    const pass: PassOptions = {
      config: String(options.config),
      selection: selectionOf(options),
      ledgers: options.ledgers !== false,
    };
    const print = (one: Pass, always: boolean) => {
      if (!always && !isTold(one)) return;
      io.stdout.write(options.json === true ? `${JSON.stringify(output(one), null, always ? 2 : 0)}\n` : passText(one));
    };
    if (options.every === undefined) {
      const one = await watchOnce(io, pass);
      print(one, true);
      return isTold(one) ? 1 : 0;
    }
    const every = parseDuration(String(options.every));
    if (every === null || every < LEAST_MS)
      throw new UsageError(`--every takes a duration of a second or more, such as 10min or 1h, not ${options.every}`);
    return serve(io, { text: String(options.every), ms: every }, async () => {
      const one = await watchOnce(io, pass);
      print(one, false);
      return one;
    });
  },
};

/** The first pass shows whether config and registry can be read; a later failure is reported, and the next pass tries again. */
async function serve(
  io: Io,
  every: { readonly text: string; readonly ms: number },
  pass: () => Promise<Pass>,
): Promise<ExitCode> {
  const stopped = new AbortController();
  const release = onInterrupt(io, () => stopped.abort(), "finishing the current pass");
  try {
    const { tenants } = await pass();
    io.stderr.write(`Watching ${plural(tenants, "tenant")}, every ${every.text}, until it is stopped.\n`);
    while (!stopped.signal.aborted) {
      await delay(every.ms, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) break;
      await pass().catch((error: unknown) => {
        if (!(error instanceof UsageError)) throw error;
        io.stderr.write(`${printable(error.message)}\n`);
      });
    }
    return 0;
  } finally {
    release();
  }
}

function isTold({ changes, distrusted }: Pass): boolean {
  return changes.length > 0 || distrusted;
}

function output({ at, first, tenants, exempt, changes }: Pass): WatchOutput {
  return {
    at,
    first,
    tenants,
    exempt: [...exempt],
    changes: changes.map((one) => ({ ...one, tenants: [...one.tenants], details: [...one.details] })),
  };
}
