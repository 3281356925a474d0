import { sha384 } from "../../migration/checksums/sha.js";
import { type Convention, inFolder, manifestSign, signOf } from "../../migration/convention.js";
import { readIntegerNamed } from "./integer-named.js";
import { compareVersions } from "./order.js";
import { sqlxSettingFindings } from "./sqlx-settings.js";
import { writtenPair } from "./written.js";

const NO_TRANSACTION = "-- no-transaction";
const NAME = /^(\d+)_(.+?)(\.up|\.down)?\.sql$/;

/** sqlx: `<integer>_<description>.sql`, or `.up.sql` and `.down.sql`; SHA-384 over the file. Source: sqlx-core `migrate/source.rs`. */
export const sqlx: Convention = {
  id: "sqlx",
  signs(files) {
    const named = inFolder(files).filter((file) => NAME.test(file.name));
    if (named.length === 0) return [];
    const marked = named.filter((file) => file.text.startsWith(NO_TRANSACTION));
    const manifest = [
      ...manifestSign(files, /^Cargo\.toml$/, /^\s*(\[.*dependencies\.)?sqlx\b/m),
      ...signOf(
        "manifest",
        "sqlx's settings",
        files.filter((file) => file.name === "sqlx.toml"),
      ),
    ];
    if (marked.length === 0 && manifest.length === 0) return [];
    return [
      ...signOf("mark", "`-- no-transaction`", marked),
      ...manifest,
      ...signOf("names", "`<integer>_<description>.sql`", named),
    ];
  },
  compare: compareVersions,
  read(files) {
    const reading = readIntegerNamed(files, {
      parse: parseName,
      transaction: (file) => (file.text.startsWith(NO_TRANSACTION) ? "none" : "single"),
      checksum: (up) => sha384(up.file.bytes),
    });
    const ups = reading.migrations.map(({ up }) => up.file);
    return { ...reading, findings: [...reading.findings, ...sqlxSettingFindings(files, ups)] };
  },
  write: (migration, like) =>
    writtenPair(migration, like, (text) => (migration.transaction === "none" ? `${NO_TRANSACTION}\n${text}` : text)),
};

function parseName(text: string) {
  const match = NAME.exec(text);
  if (!match) return null;
  const [, version = "", name = "", direction] = match;
  return { version, name, direction: direction === ".down" ? ("down" as const) : ("up" as const) };
}
