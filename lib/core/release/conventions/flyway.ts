import type { Finding } from "../../finding.js";
import { flywayChecksum } from "../../migration/checksums/crc32.js";
import { type Convention, inFolder, manifestSign, type ScriptSource, signOf } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { isFlywayCallback } from "./flyway-callbacks.js";
import { canonicalDotted, compareDotted } from "./order.js";
import { notSupported, unreadFile } from "./refusals.js";
import { pathLike } from "./written.js";

const VERSIONED = /^([VUB])(\d[\d._]*?)(?:__(.*))?\.sql$/i;
const REPEATABLE = /^R(?:__(.*))?\.sql$/i;
/** Names that look like Flyway's, but that Flyway ignores. */
const ALMOST = /^(?:[VvUuBb]\d|[Rr]_|V_)[^/]*\.sql$/;

/**
 * Flyway: `V1.2__name.sql`, `U1.2__name.sql` undoes it, `R__name.sql` runs whenever it has changed; `1` and `001`, `2` and `2.0` are one version.
 * Source: Flyway documentation, "Migrations"; `ResourceNameParser` and `MigrationVersion` of flyway-core 13.12.0, run on the names in
 * `flyway.test.ts`.
 */
export const flyway: Convention = {
  id: "flyway",
  signs(files) {
    const named = inFolder(files).filter(
      (file) => /^(V\d[\d._]*|R)__.*\.sql$/i.test(file.name) && /^[VR]/.test(file.name),
    );
    if (named.length === 0) return [];
    return [
      ...signOf(
        "manifest",
        "Flyway's settings",
        files.filter((file) => /^flyway\.(conf|toml)$/.test(file.name)),
      ),
      ...manifestSign(files, /^(pom\.xml|build\.gradle(\.kts)?)$/, /flyway/),
      ...signOf("names", "`V<version>__<name>.sql`", named),
    ];
  },
  compare: compareDotted,
  canonical: canonicalDotted,
  read(files) {
    const own = inFolder(files).filter((file) => /\.sql$/i.test(file.name));
    const settings = new Map(files.filter((file) => /\.conf$/.test(file.name)).map((file) => [file.path, file]));
    const found = own.flatMap((file) => scriptOf(file, settings.get(`${file.path}.conf`)));
    const paired = pairScripts(found, (up) => String(flywayChecksum(up.file.text)), canonicalDotted);
    return { ...paired, findings: [...paired.findings, ...own.flatMap(notRead)], context: [] };
  },
  write(migration, like) {
    const path = pathLike(like, migration);
    if (path === null) return null;
    const undo = path.replace(/(^|\/)V([^/]*)$/, "$1U$2");
    return [
      { path, text: migration.up },
      ...(migration.down === null || !like.hasDown ? [] : [{ path: undo, text: migration.down }]),
      ...(migration.transaction === "none" ? [{ path: `${path}.conf`, text: "executeInTransaction=false\n" }] : []),
    ];
  },
};

function scriptOf(file: SourceFile, settings: SourceFile | undefined): readonly FoundScript[] {
  const [, kind, digits = "", description = ""] = VERSIONED.exec(file.name) ?? [];
  const version = digits.replaceAll("_", ".");
  if ((kind !== "V" && kind !== "U") || !/^\d+(\.\d+)*$/.test(version)) return [];
  const script: ScriptSource = { file, transaction: transactionOf(settings) };
  return [{ version, name: description || version, direction: kind === "V" ? "up" : "down", script }];
}

/** A `.conf` next to the script can say that it runs outside a transaction; otherwise Flyway looks at the statements. */
function transactionOf(settings: SourceFile | undefined): ScriptSource["transaction"] {
  const said = settings ? /^\s*executeInTransaction\s*=\s*(true|false)\b/m.exec(settings.text)?.[1] : undefined;
  return said === "false" ? "none" : said === "true" ? "single" : "as it must";
}

function notRead(file: SourceFile): readonly Finding[] {
  const line = (at: number) => file.text.slice(0, at).split("\n").length;
  const placeholder = /\$\{[\w:.-]+\}/.exec(file.text);
  const isMigration = VERSIONED.test(file.name) || REPEATABLE.test(file.name);
  if (isFlywayCallback(file.name))
    return [unreadFile(file, "it is a callback, which Flyway runs along with the migrations")];
  if (REPEATABLE.test(file.name))
    return [notSupported(file, "a repeatable migration has no version; it runs whenever its text changed")];
  if (/^B\d/.test(file.name) && isMigration)
    return [notSupported(file, "a baseline replaces the migrations before it on an empty database alone")];
  if (isMigration && placeholder) {
    const why = `Flyway puts a value in the place of ${placeholder[0]}; what will run cannot be known from the file`;
    return [notSupported(file, why, line(placeholder.index))];
  }
  const read = scriptOf(file, undefined).length > 0;
  return !read && (isMigration || ALMOST.test(file.name)) ? [unreadFile(file, "Flyway does not take its name")] : [];
}
