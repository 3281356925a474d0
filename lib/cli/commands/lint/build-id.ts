/** Of the sources that were built; absent if they run unbuilt, and then nothing is remembered and no thread is started. */
declare const SCHEMA_GATE_BUILD: string | undefined;
export const BUILD = typeof SCHEMA_GATE_BUILD === "string" ? SCHEMA_GATE_BUILD : null;
