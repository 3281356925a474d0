import { identifier, literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import type { Template } from "../../ports/provisioner.js";
import { dropClone } from "./drop-clone.js";

/** What a finished template is told by. One without it is never copied. */
const markOf = ({ of }: Template) => `template of schema-gate provision, for ${of}`;

export async function isWarm(session: Session, template: Template): Promise<boolean> {
  const found = await session.query(
    "select 1 from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = $2",
    [template.name, markOf(template)],
  );
  return found.length > 0;
}

/**
 * Keeps a copy of a database as the template, in the place of what there was for the same config. Nobody may connect to it, so that it can be
 * copied at any time. `copy`: the name of the copy until it is whole, by which a sweep finds it.
 */
export async function keepWarm(
  session: Session,
  template: Template,
  copy: () => Promise<{ readonly name: string; release(): Promise<void> }>,
): Promise<void> {
  const older = await session.query<{ name: string }>(
    "select datname::text as name from pg_database where shobj_description(oid, 'pg_database') = $1",
    [markOf(template)],
  );
  for (const { name } of older) await dropClone(session, name);
  const made = await copy();
  try {
    const name = identifier(made.name);
    await session.script(
      `begin; alter database ${name} with allow_connections false;
       comment on database ${name} is ${literal(markOf(template))};
       alter database ${name} rename to ${identifier(template.name)}; commit`,
    );
  } finally {
    await made.release();
  }
}
