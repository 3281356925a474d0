import { WorkloadSourceError, workloadReader } from "../../adapters/local/workload-sources.js";
import { UsageError } from "../../api/usage-error.js";
import type { Config } from "../../core/config/config.js";
import type { Workload } from "../../core/workload/workload.js";

/** The queries that a config names on this machine; null if it names none. Throws `UsageError` for a source that cannot be read. */
export async function configWorkload(config: Config, directory: string): Promise<Workload | null> {
  try {
    return (await workloadReader(config, directory)?.()) ?? null;
  } catch (error) {
    if (error instanceof WorkloadSourceError)
      throw new UsageError(`${error.message}.`, "correct `workload` in the config");
    throw error;
  }
}
