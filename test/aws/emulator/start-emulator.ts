import { startCompose } from "./compose.js";
import { type Emulator, NoEmulator } from "./emulator.js";
import { startHost } from "./host.js";
import { startMiniStack } from "./ministack.js";

type Way = () => Promise<Emulator>;

/** In the order of choice: one that runs already, Docker, a process of our own. */
const WAYS: readonly Way[] = [given, startCompose, startHost];
/** Chosen by name with SCHEMA_GATE_EMULATOR. */
const NAMED: Readonly<Record<string, Way>> = { localstack: startHost, docker: startCompose, ministack: startMiniStack };

/** The first emulator that can be had. Throws `NoEmulator` with the reason of each way when there is none. */
export async function startEmulator(): Promise<Emulator> {
  const reasons: string[] = [];
  for (const way of waysOf(process.env.SCHEMA_GATE_EMULATOR)) {
    try {
      return await way();
    } catch (error) {
      if (!(error instanceof NoEmulator)) throw error;
      reasons.push(error.message);
    }
  }
  throw new NoEmulator(`no emulator of AWS can be had: ${reasons.join("; ")}`);
}

function waysOf(name: string | undefined): readonly Way[] {
  if (!name) return WAYS;
  const way = NAMED[name];
  if (!way) throw new Error(`SCHEMA_GATE_EMULATOR: ${name} is none of ${Object.keys(NAMED).join(", ")}`);
  return [way];
}

async function given(): Promise<Emulator> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (!endpoint) throw new NoEmulator("AWS_ENDPOINT_URL is not set");
  return {
    name: `the emulator at ${endpoint}`,
    endpoint,
    functionsAreProcesses: false,
    context: ["recordEnds=none"],
    stop: async () => {},
  };
}
