import { identifier, literal } from "../../core/sql/quote.js";
import type { ExtensionWanted, MakeExtension, Row, Session } from "../../ports/database.js";

interface Facts extends Row {
  readonly superuser: boolean;
  readonly there: boolean;
  /** What CASCADE would also create, if that needs a superuser. */
  readonly needs: readonly string[];
  readonly schemaThere: boolean;
}

/** About the extension `$1` in the schema `$2`; whoever executes creates trusted ones. */
const FACTS = `with recursive need as (
    select r.name from pg_available_extensions e join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version,
      unnest(v.requires) r(name) where e.name = $1
    union select r.name from need n join pg_available_extensions e on e.name = n.name
      join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version, unnest(v.requires) r(name))
  select (select rolsuper from pg_roles where rolname = current_user) as superuser, exists (select from pg_extension where extname = $1) as there,
    array(select n.name::text from need n join pg_available_extensions e on e.name = n.name
      join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version
      where v.superuser and not v.trusted and not exists (select from pg_extension x where x.extname = n.name)) as needs,
    $2::text is null or exists (select from pg_namespace where nspname = $2) as "schemaThere"`;

/** What the login creates on a clone belongs to the role that executes there, as in the original. */
const TO_OWNER = `update pg_extension set extowner = (select d.datdba from pg_database d where d.datname = current_database())
  where extowner = (select r.oid from pg_roles r where r.rolname = session_user)`;

/** Creates extensions on a clone for the lesser role that executes there. `open`: a session of the login on the clone. */
export function extensionMaker(open: () => Promise<Session>, allowed: ReadonlySet<string>): MakeExtension {
  const made = new Set<string>();
  return async (wanted) => {
    if (!allowed.has(wanted.name)) return false;
    const session = await open();
    try {
      const done = await make(session, wanted, allowed, made.has(wanted.name));
      if (done) made.add(wanted.name);
      return done;
    } finally {
      await session.close();
    }
  };
}

/** `ours`: it was created here before, for an attempt that was killed or rolled back since. */
async function make(
  session: Session,
  wanted: ExtensionWanted,
  allowed: ReadonlySet<string>,
  ours: boolean,
): Promise<boolean> {
  const { name, schema, version, cascade } = wanted;
  const [facts] = await session.query<Facts>(FACTS, [name, schema]);
  if (!facts?.superuser) return false;
  if (facts.there) return ours;
  if (cascade && !facts.needs.every((each) => allowed.has(each))) return false;
  if (schema !== null && !facts.schemaThere) await session.query(await newSchema(session, schema));
  session.lookUpIn(null);
  await session.execute(
    `create extension ${identifier(name)}${schema === null ? "" : ` schema ${identifier(schema)}`}${version === null ? "" : ` version ${literal(version)}`}${cascade ? " cascade" : ""}`,
  );
  await session.query(TO_OWNER);
  return true;
}

async function newSchema(session: Session, schema: string): Promise<string> {
  const [row] = await session.query<{ owner: string }>(
    "select pg_get_userbyid(datdba)::text as owner from pg_database where datname = current_database()",
  );
  return `create schema ${identifier(schema)} authorization ${identifier(row?.owner ?? "")}`;
}
