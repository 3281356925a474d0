import { type Convention, inFolder } from "../../migration/convention.js";
import { pairScripts } from "./collect.js";
import { readNumbered } from "./numbered.js";
import { compareDotted } from "./order.js";

/** Any `.sql` files in the order of their names, recorded in our own ledger. */
export const plainSql: Convention = {
  id: "plain",
  detect: (files) => inFolder(files).some((file) => file.name.endsWith(".sql")),
  compare: compareDotted,
  read(files) {
    const numbered = readNumbered(files, { transaction: () => "single", checksum: () => null, rust: true });
    const taken = new Set([
      ...numbered.migrations.flatMap((each) => [each.up.file.path, each.down?.file.path]),
      ...numbered.context.map((file) => file.path),
    ]);
    const named = inFolder(files)
      .filter((file) => file.name.endsWith(".sql") && !taken.has(file.path))
      .map((file) => {
        const stem = file.name.slice(0, -".sql".length);
        const match = /^([vV]?\d[\d.]*)[_-]+(.+)$/.exec(stem);
        const script = { file, transaction: "single" as const };
        return { version: match?.[1] ?? stem, name: match?.[2] ?? stem, direction: "up" as const, script };
      });
    const rest = pairScripts(named, () => null);
    return {
      migrations: [...numbered.migrations, ...rest.migrations],
      findings: [...numbered.findings, ...rest.findings],
      context: numbered.context,
    };
  },
};
