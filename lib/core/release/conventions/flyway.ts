import type { Finding } from "../../finding.js";
import { flywayChecksum } from "../../migration/checksums/crc32.js";
import { type Convention, inFolder } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";
import type { SourceFile } from "../../migration/source-file.js";
import { type FoundScript, pairScripts } from "./collect.js";
import { compareDotted } from "./order.js";

const NAME = /^([VUBR])([\d._]*?)__(.+)\.sql$/;

/**
 * Flyway: `V1.2__name.sql`, `U1.2__name.sql` takes it back, `R__name.sql` runs whenever it changed. Source: Flyway
 * documentation, "Migrations".
 */
export const flyway: Convention = {
  id: "flyway",
  detect: (files) => inFolder(files).some((file) => /^(V[\d._]+|R)__.+\.sql$/.test(file.name)),
  compare: compareDotted,
  read(files) {
    const own = inFolder(files).filter((file) => NAME.test(file.name));
    const found = own.flatMap((file): FoundScript[] => {
      const [, kind, digits = "", description = ""] = NAME.exec(file.name) ?? [];
      if ((kind !== "V" && kind !== "U") || digits === "") return [];
      const script = { file, transaction: transactionOf(files, file) };
      const version = digits.replaceAll("_", ".");
      return [{ version, name: description, direction: kind === "V" ? "up" : "down", script }];
    });
    const paired = pairScripts(found, (up) => String(flywayChecksum(up.file.text)));
    return { ...paired, findings: [...paired.findings, ...own.flatMap(notRead)], context: [] };
  },
};

/** A `.conf` beside the script can say that it runs outside a transaction. */
function transactionOf(files: readonly SourceFile[], script: SourceFile): "single" | "none" {
  const settings = files.find((file) => file.path === `${script.path}.conf`);
  return settings && /^\s*executeInTransaction\s*=\s*false\b/m.test(settings.text) ? "none" : "single";
}

function notRead(file: SourceFile): Finding[] {
  const kind = file.name[0];
  const findings: Finding[] = [];
  const placeholder = /\$\{[\w:.-]+\}/.exec(file.text);
  if (placeholder) {
    const line = file.text.slice(0, placeholder.index).split("\n").length;
    findings.push(
      unknownText(
        file,
        line,
        `Flyway puts a value in the place of ${placeholder[0]}; what will run cannot be known from the file`,
      ),
    );
  }
  if (kind === "R")
    findings.push(unknownText(file, 1, "a repeatable migration has no version; it runs whenever its text changed"));
  if (kind === "B")
    findings.push(unknownText(file, 1, "a baseline replaces the migrations before it on an empty database alone"));
  return findings;
}

function unknownText(file: SourceFile, line: number, reason: string): Finding {
  return releaseFinding({
    code: "release.not-supported",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: file.path },
    message: `${file.path} is not read: ${reason}.`,
    remedy: { text: "Turn it into a versioned migration with its final text." },
    source: { file: file.path, line, column: 1 },
  });
}
