export { deriveProbes, PROBES } from "./derive-probes.js";
export { probeExistingConstraints } from "./existing-constraints.js";
export type { Probe, ProbeQuery, ProbeResult } from "./probe.js";
