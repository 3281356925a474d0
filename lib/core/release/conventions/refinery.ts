import { sipHash13 } from "../../migration/checksums/siphash.js";
import { type Convention, inFolder, manifestSign, type ScriptSource, signOf } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareVersions } from "./order.js";
import { writtenPair } from "./written.js";

const ENTRY = { style: "barrel", function: "migration", type: null } as const;
const NAME = /^([UV])(\d+)__(\w+)\.(sql|rs)$/;

/**
 * refinery: `V1__name.sql` or `.rs`; a `U` marks one that may run out of order. There is no way down. Source: refinery_core `util.rs` and
 * `runner.rs`.
 */
export const refinery: Convention = {
  id: "refinery",
  signs(files) {
    const named = inFolder(files).filter((file) => NAME.test(file.name));
    const code = named.filter((file) => file.name.endsWith(".rs"));
    const manifest = manifestSign(files, /^Cargo\.toml$/, /^\s*(\[.*dependencies\.)?refinery\b/m);
    const late = named.filter((file) => file.name.startsWith("U") && !hasVersioned(files, file));
    if (named.length === 0 || code.length + manifest.length + late.length === 0) return [];
    return [
      ...signOf("mark", "`V<number>__<name>.rs`", code),
      ...signOf("mark", "a `U` without its `V`", late),
      ...manifest,
      ...signOf("names", "`V<number>__<name>`", named),
    ];
  },
  compare: compareVersions,
  read(files) {
    const found = inFolder(files).flatMap((file): FoundScript[] => {
      const match = NAME.exec(file.name);
      if (!match) return [];
      const [, , digits = "", name = "", extension] = match;
      const script: ScriptSource = { file, transaction: "single", ...(extension === "rs" ? { rust: ENTRY } : {}) };
      return [{ version: BigInt(digits).toString(), name, direction: "up", script }];
    });
    const checksum = (up: ScriptSource, version: string, name: string) =>
      up.rust ? null : refineryChecksum(name, version, up.file.text);
    return { ...pairScripts(found, checksum), context: [] };
  },
  write: (migration, like) => (migration.transaction === "none" ? null : writtenPair(migration, like)),
};

/** True when a Flyway-like pair exists: there a U undoes the V of its version. */
function hasVersioned(files: readonly SourceFile[], undo: SourceFile): boolean {
  const prefix = undo.name.slice(1, undo.name.indexOf("__"));
  return files.some((file) => file.name.startsWith(`V${prefix}__`));
}

/** SipHash-1-3 over name, version (32-bit, little-endian) and SQL, hashed as Rust hashes strings: bytes, then 0xFF. */
export function refineryChecksum(name: string, version: string, sql: string): string {
  const number = Buffer.alloc(4);
  number.writeInt32LE(Number(version));
  const end = Buffer.from([0xff]);
  return sipHash13(Buffer.concat([Buffer.from(name), end, number, Buffer.from(sql), end])).toString();
}
