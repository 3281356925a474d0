import { startCompose } from "./compose.js";
import { type Emulator, NoEmulator } from "./emulator.js";
import { startHost } from "./host.js";

/** In the order of choice: one that runs already, Docker, a process of our own. */
const WAYS: readonly (() => Promise<Emulator>)[] = [given, startCompose, startHost];

/** The first emulator that can be had. Throws `NoEmulator` with the reason of each way when there is none. */
export async function startEmulator(): Promise<Emulator> {
  const reasons: string[] = [];
  for (const way of WAYS) {
    try {
      return await way();
    } catch (error) {
      if (!(error instanceof NoEmulator)) throw error;
      reasons.push(error.message);
    }
  }
  throw new NoEmulator(`no emulator of AWS can be had: ${reasons.join("; ")}`);
}

async function given(): Promise<Emulator> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (!endpoint) throw new NoEmulator("AWS_ENDPOINT_URL is not set");
  return { name: `the emulator at ${endpoint}`, endpoint, functionsAreProcesses: false, stop: async () => {} };
}
