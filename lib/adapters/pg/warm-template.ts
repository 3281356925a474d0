import { identifier, literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import type { Template } from "../../ports/provisioner.js";
import { dropClone } from "./drop-clone.js";

/** Marks a finished template. One without it is never copied. */
const markOf = ({ of }: Template) => `template of schema-gate provision, for ${of}`;

/**
 * Databases with the mark of a template. Only its owner may write a comment, so a database of another owner is somebody else's, and not a
 * template.
 */
async function marked(session: Session, template: Template, owner: string | null): Promise<readonly string[]> {
  const found = await session.query<{ name: string }>(
    `select datname::text as name from pg_database
      where shobj_description(oid, 'pg_database') = $1 and pg_get_userbyid(datdba) = coalesce($2, current_user) and starts_with(datname, $3)`,
    [markOf(template), owner, template.name.replace(/[^_]*$/, "")],
  );
  return found.map(({ name }) => name);
}

/** `owner`: of what is created here, null for the login. */
export async function isWarm(session: Session, template: Template, owner: string | null): Promise<boolean> {
  return (await marked(session, template, owner)).includes(template.name);
}

/**
 * Keeps a copy of a database as the template, replacing the earlier one for the same config. Nobody may connect to it, so that it can be
 * copied at any time. `copy`: the copy's name until it is complete, by which a sweep finds it.
 */
export async function keepWarm(
  session: Session,
  template: Template,
  owner: string | null,
  copy: () => Promise<{ readonly name: string; release(): Promise<void> }>,
): Promise<void> {
  for (const older of await marked(session, template, owner)) await dropClone(session, older);
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
