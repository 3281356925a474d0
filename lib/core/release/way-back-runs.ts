import type { Finding } from "../finding.js";
import type { Convention, MigrationSource } from "../migration/convention.js";
import { releaseFinding } from "../migration/release-finding.js";
import type { AnyStatement } from "../migration/script.js";
import { saysWayBack, type TitledWayBack, titledWayBack, withoutDirection } from "./conventions/script-name.js";
import { type DeclaredFiles, matchDeclared } from "./declared-files.js";
import { markedDown } from "./marked-down.js";
import { createsNew, removesWhole, takesAway, undoesEarlier } from "./taking-back.js";

/** A migration of the folder with the statements that run forward. */
export interface ForwardMigration {
  readonly source: MigrationSource;
  readonly statements: readonly AnyStatement[];
}

/** Migrations that look like a way back, or contain one, and that the convention runs forward; the config may say that they are meant to. */
export function wayBackFindings(
  migrations: readonly ForwardMigration[],
  convention: Convention,
  forward: readonly DeclaredFiles[],
): readonly Finding[] {
  const declared = matchDeclared(
    migrations.map(({ source }) => source.up.file),
    forward,
  );
  const found = migrations.flatMap((migration, at): Finding[] => {
    const { file } = migration.source.up;
    const look = lookOf(migration, migrations.slice(0, at), migrations);
    if (look === null) return [];
    const by = declared.by.get(file);
    return [by ? meantForward(file.path, by.reason) : runsForward(file.path, look, convention)];
  });
  return [...found, ...declared.unused.map(({ files }) => matchesNothing(files))];
}

interface Look {
  /** False when it may well be meant to run: nothing in the folder has the title that it would take back, and nothing goes as a whole. */
  readonly certain: boolean;
  readonly line: number;
  /** What the message says about the file, after its path. */
  readonly text: string;
}

function lookOf(
  { source, statements }: ForwardMigration,
  earlier: readonly ForwardMigration[],
  all: readonly ForwardMigration[],
): Look | null {
  if (source.up.rust === undefined && saysWayBack(source.up.file)) return named(", and");
  const titled = titledWayBack(source.name);
  if (titled !== null) {
    const before = earlier.flatMap((each) => each.statements);
    const taking = (titled.removes ? null : takesAway(statements)) ?? undoesEarlier(statements, before);
    const partner = partnerOf(titled, all);
    if (taking)
      return {
        ...named(`, takes something back in line ${taking.source.line}, and`, taking.source.line),
        certain: !titled.verb || partner !== undefined || statements.some(removesWhole),
      };
    if ((partner || titled.of === "") && !createsNew(statements, before))
      return named(`${partner ? ` of ${partner.up.file.path}` : ""}, and`);
  }
  const marked = source.up.rust === undefined ? markedDown(source.up) : null;
  return (
    marked && {
      certain: true,
      line: marked.line,
      text: `contains "${marked.mark}" in line ${marked.line}, below which a down migration seems to begin, and`,
    }
  );
}

function named(rest: string, line = 1): Look {
  return { certain: true, line, text: `is named like a down migration${rest}` };
}

/** The migration that has the same title without the word. */
function partnerOf({ of }: TitledWayBack, all: readonly ForwardMigration[]): MigrationSource | undefined {
  return all
    .map(({ source }) => source)
    .find(({ name }) => of !== "" && subject(withoutDirection(name)) === subject(of) && titledWayBack(name) === null);
}

/** What a title is about: `revert_users` and `rollback_of_users` take `create_users` back. */
function subject(title: string): string {
  return title.replace(/^(of|the)_(?=.)/, "").replace(/^(add|create|introduce|make|new)_(?=.)/, "");
}

function runsForward(path: string, { certain, line, text }: Look, convention: Convention): Finding {
  return releaseFinding({
    code: "release.way-back-runs",
    ...(certain ? ({ severity: "error", unknown: true } as const) : ({ severity: "warning" } as const)),
    subject: { kind: "file", name: path },
    message: `${path} ${text} ${convention.id} would run it as a migration.`,
    remedy: {
      text: `Move the down migration to where the framework looks for it. If it is meant to run, say so in the config: \`forwardMigrations: [{files: ${JSON.stringify(path)}, reason: …}]\`.`,
    },
    source: { file: path, line, column: 1 },
  });
}

function meantForward(path: string, reason: string): Finding {
  return releaseFinding({
    code: "release.runs-forward",
    severity: "note",
    subject: { kind: "file", name: path },
    message: `${path} looks like a down migration, and the config says that it is meant to run: ${reason}.`,
    source: { file: path, line: 1, column: 1 },
  });
}

function matchesNothing(files: string): Finding {
  return releaseFinding({
    code: "release.forward-migration-unused",
    severity: "warning",
    subject: { kind: "file", name: files },
    message: `\`forwardMigrations\` in the config names ${files}, and the folder has no such migration.`,
    remedy: { text: "Correct the entry, or remove it." },
  });
}
