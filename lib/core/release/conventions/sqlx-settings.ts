import type { Finding } from "../../finding.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type Setting, tomlSettings } from "./toml-settings.js";

const LEDGER = "_sqlx_migrations";

/**
 * What the nearest `sqlx.toml` changes about how `sqlx::migrate!()` and sqlx-cli run migrations; it blocks, since nothing here follows it. Source:
 * sqlx-core `config/migrate.rs`.
 */
export function sqlxSettingFindings(
  files: readonly SourceFile[],
  migrations: readonly SourceFile[],
): readonly Finding[] {
  const [file] = files
    .filter(({ path }) => /^(\.\.\/)*sqlx\.toml$/.test(path))
    .sort((a, b) => a.path.split("/").length - b.path.split("/").length);
  if (!file) return [];
  const settings = tomlSettings(file.text);
  if (settings === null) return [refused(file, "is not TOML that is understood here", 1)];
  return settings.flatMap((setting) => {
    const why = setting.path[0] === "migrate" ? effectOf(setting, file, migrations) : null;
    return why === null ? [] : [refused(file, `sets ${setting.path.join(".")}: ${why}`, setting.line)];
  });
}

/** What a setting changes; null when it changes nothing for these migrations. */
function effectOf(
  { path: [, key, ...rest], value }: Setting,
  file: SourceFile,
  migrations: readonly SourceFile[],
): string | null {
  const values = typeof value === "string" ? [value] : value;
  switch (rest.length === 0 ? key : "defaults") {
    case "table-name":
      return value === LEDGER || value === `"${LEDGER}"` ? null : `the ledger is another table than ${LEDGER}`;
    case "ignored-chars":
      return migrations.some(({ bytes }) => values.some((each) => Buffer.from(bytes).includes(each)))
        ? "the checksums leave out characters that the migrations contain"
        : null;
    case "create-schemas":
      return values.length === 0 ? null : "it creates schemas before the first migration";
    case "migrations-dir":
      return leadsHere(values[0] ?? "", file) ? null : "the migrations are in another folder";
    case "defaults":
      return key === "defaults" ? null : "what this does is not known here";
    default:
      return "what this does is not known here";
  }
}

/** Whether a folder, relative to the settings, is the release's own. */
function leadsHere(folder: string, { path, above = [] }: SourceFile): boolean {
  const levels = path.split("/").length - 1;
  const parts = folder.split("/").filter((part) => part !== "" && part !== ".");
  return parts.join("/") === above.slice(above.length - levels).join("/");
}

function refused(file: SourceFile, why: string, line: number): Finding {
  return releaseFinding({
    code: "release.not-supported",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: file.path },
    message: `${file.path} ${why}.`,
    remedy: {
      text: "Remove the setting. If the application needs it, set `convention: plain`, whose ledger is Schema Gate's own.",
    },
    source: { file: file.path, line, column: 1 },
  });
}
