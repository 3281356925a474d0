import { type ColumnRequirement, countContract, type Requirement } from "../../../core/contract/contract.js";
import type { SourceSpan } from "../../../core/finding.js";
import type { Migration, Script } from "../../../core/migration/release.js";
import { plural } from "../../../core/plural.js";
import type { QualifiedName } from "../../../core/sql/qualified-name.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";
import { type Style, styleFor } from "../../terminal/style.js";
import { type ShownRelease, shownContract } from "./shown-release.js";

/** Contract, SQL and coverage of one folder, for a person. */
export function contractText(io: Io, shown: ShownRelease): string {
  const style = styleFor(io);
  const { release, migrations, path } = shown;
  const contract = shownContract(shown);
  const counts = countContract(contract);
  const summary = `${plural(counts.columns, "column")}, ${plural(counts.indexes, "index", "indexes")}, ${plural(counts.foreignKeys, "foreign key")}`;
  const lines = [
    `${style.bold(printable(path))}  ${release.convention}, ${plural(migrations.length, "migration")}`,
    ...(release.detection ?? []).map((sentence) => style.dim(printable(sentence))),
    "",
    style.bold(`Contract: ${summary}`),
    ...section("before", contract.requirements, style),
    ...section("after", contract.requirements, style),
    ...contract.checks.map(
      ({ check, subject, source }) => `  check   ${check} ${printable(subject)}  ${at(source, style)}`,
    ),
    ...applicationLines(contract.application ?? [], style),
    "",
    style.bold("SQL"),
    ...migrations.flatMap((migration) => migrationLines(migration, style)),
    ...coverageLines(shown, style),
    "",
  ];
  return lines.join("\n");
}

function section(moment: "before" | "after", requirements: readonly Requirement[], style: Style): string[] {
  return requirements
    .filter(({ when }) => when === moment || when === "both")
    .map((each) => `  ${moment.padEnd(6)}  ${printable(phrase(each))}  ${at(each.source, style)}`);
}

/** The columns that the application's own code uses. */
function applicationLines(columns: readonly ColumnRequirement[], style: Style): string[] {
  if (columns.length === 0) return [];
  return [
    "",
    style.bold(`Application: ${plural(columns.length, "column")} used`),
    ...columns.map((each) => `  uses    ${printable(phrase(each))}  ${at(each.source, style)}`),
  ];
}

function at({ file, line }: SourceSpan, style: Style): string {
  return style.dim(`${printable(file)}:${line}`);
}

function table(name: QualifiedName): string {
  return name.schema === null ? name.name : `${name.schema}.${name.name}`;
}

function phrase(requirement: Requirement): string {
  const no = requirement.present ? "" : "no ";
  switch (requirement.kind) {
    case "table":
      return `${no}table ${table(requirement.table)}`;
    case "column": {
      const { type, nullable, default: value } = requirement;
      const details = [
        ...(type === null ? [] : [type]),
        ...(nullable === null ? [] : [nullable ? "NULL" : "NOT NULL"]),
        ...(value === undefined || value === null ? [] : [`DEFAULT ${value}`]),
      ];
      return `${no}column ${table(requirement.table)}.${requirement.column}${details.length > 0 ? ` ${details.join(" ")}` : ""}`;
    }
    case "index": {
      const places = requirement.on.map((on) => `${table(on.table)}${on.keys ? ` (${on.keys.join(", ")})` : ""}`);
      return `${no}${requirement.unique ? "unique " : ""}index ${requirement.name}${places.length > 0 ? ` on ${places.join(", ")}` : ""}`;
    }
    case "foreign key":
      return `${no}foreign key ${table(requirement.table)} (${requirement.columns.join(", ")}) to ${table(requirement.references)}`;
    case "constraint":
      return `${no}${requirement.type} ${requirement.name ?? `(${requirement.columns.join(", ")})`} on ${table(requirement.table)}`;
  }
}

function migrationLines(migration: Migration, style: Style): string[] {
  const back = migration.down
    ? ["", style.dim(`  -- back: ${printable(migration.down.file)}`), ...sql(migration.down)]
    : [];
  return [
    "",
    `  ${style.bold(printable(migration.version))} ${printable(migration.name)}  ${mode(migration.up, style)}`,
    ...sql(migration.up),
    ...back,
  ];
}

function mode({ transaction, isolation, file }: Script, style: Style): string {
  const how = transaction === "none" ? "no transaction" : `one transaction, ${isolation}`;
  return style.dim(`${printable(file)}, ${how}`);
}

function sql({ statements }: Script): string[] {
  return statements.map((statement) => `    ${printable(statement.sql).replaceAll("\n", "\n    ")};`);
}

function coverageLines({ release }: ShownRelease, style: Style): string[] {
  const { understood, pieces } = release.coverage;
  const opaque = pieces.filter((piece) => piece.status === "opaque").length;
  const ignored = pieces.length - opaque;
  const others = release.findings.filter(({ code }) => code !== "release.opaque" && code !== "release.ignored");
  return [
    "",
    style.bold(
      `Coverage: ${plural(understood, "statement")} understood, ${opaque} opaque, ${ignored} ignored by request`,
    ),
    ...pieces.map(
      ({ status, reason, hash, source }) =>
        `  ${status === "opaque" ? style.red("opaque ") : "ignored"}  ${at(source, style)}  ${printable(reason)}\n           ${style.dim(`accept by ${hash}`)}`,
    ),
    ...others.map(
      ({ severity, message }) => `  ${severity === "error" ? style.red(severity) : severity}  ${printable(message)}`,
    ),
  ];
}
