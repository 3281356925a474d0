import type { ConventionReading, ScriptSource } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { pairScripts } from "./collect.js";
import { flatFolder } from "./flat-folder.js";

interface IntegerName {
  readonly version: string;
  readonly name: string;
  readonly direction: "up" | "down";
}

/** Files of one folder whose version is a 64-bit integer, so that 0001 and 1 are the same, as sqlx and golang-migrate name them. */
export function readIntegerNamed(
  files: readonly SourceFile[],
  options: {
    /** Null for a file that the framework ignores. */
    readonly parse: (name: string) => IntegerName | null;
    readonly transaction: (file: SourceFile) => ScriptSource["transaction"];
    readonly checksum: (up: ScriptSource) => string | null;
  },
): ConventionReading {
  const flat = flatFolder(files, (file) => options.parse(file.name) !== null);
  const found = flat.files.flatMap((file) => {
    const parsed = options.parse(file.name);
    if (!parsed) return [];
    const script: ScriptSource = { file, transaction: options.transaction(file) };
    return [{ ...parsed, version: BigInt(parsed.version).toString(), script }];
  });
  const paired = pairScripts(found, options.checksum);
  return { ...paired, findings: [...flat.findings, ...paired.findings], context: [] };
}
