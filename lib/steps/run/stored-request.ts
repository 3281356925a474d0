import { storedConfig } from "../../core/config/stored-config.js";
import type { Ports } from "../../ports/ports.js";
import { artifact, need, type RunRequest } from "./records.js";

/** The request of a run, which an earlier version may have written; null if the run never began. */
export async function storedRequest(artifacts: Pick<Ports["artifacts"], "get">): Promise<RunRequest | null> {
  const request = await artifacts.get<RunRequest>(artifact.request);
  return request === null ? null : readable(request);
}

/** As `storedRequest`. Throws when there is none. */
export async function needRequest(ports: Pick<Ports, "run" | "artifacts">): Promise<RunRequest> {
  return readable(await writtenRequest(ports));
}

/** The request exactly as stored: digests are computed from it, so that a later version's defaults change none. */
export function writtenRequest(ports: Pick<Ports, "run" | "artifacts">): Promise<RunRequest> {
  return need<RunRequest>(ports, artifact.request);
}

function readable(request: RunRequest): RunRequest {
  return { ...request, config: storedConfig(request.config) };
}
