import type { Migration } from "../../core/migration/release.js";
import { extensionOf } from "../../core/operations/extension-statement.js";
import { operationsOfText } from "../../core/operations/index.js";
import { identifier, literal } from "../../core/sql/quote.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Clone, Database, Row, Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/** What exists on an empty database before the history runs there, so the history's statements for it have nothing left to do. */
export interface MadeBeforehand {
  readonly extensions: ReadonlySet<string>;
  /** Created for the extensions. */
  readonly schemas: ReadonlySet<string>;
}

const NOTHING_MADE: MadeBeforehand = { extensions: new Set(), schemas: new Set() };

const TIMEOUTS = { statementTimeout: 60_000, lockTimeout: 5_000 };

/**
 * Creates the history's extensions that only a superuser may create, with what they need, if the tenant has them: then somebody has allowed
 * them. Schema and version are the ones that the history names, else the tenant's schema and the server's version. Their scripts run as the
 * login, so this happens before anything of the release is there. A login that is not a superuser creates none, and without a tenant nobody
 * has allowed any. Throws `DatabaseError`.
 */
export async function makeBeforehand(
  database: Database,
  scratch: Pick<Clone, "open">,
  tenant: Tenant | null,
  migrations: readonly Migration[],
): Promise<MadeBeforehand> {
  const named = new Map(
    migrations
      .flatMap(({ up }) => up.statements.flatMap((statement) => extensionOf(statement) ?? []))
      .toReversed()
      .map((said) => [said.name, said]),
  );
  if (named.size === 0 || tenant === null || tenant.schema !== null) return NOTHING_MADE;
  const installed = await installedIn(database, tenant, [...named.keys()]);
  if (installed.length === 0) return NOTHING_MADE;
  const session = await scratch.open({ purpose: "write", ...TIMEOUTS, asLogin: true });
  try {
    const untrusted = await session.query<{ name: string }>(UNTRUSTED, [installed.map(({ name }) => name)]);
    const needed = withNeeded(installed, untrusted);
    const wanted = installed.flatMap(({ name, schema }) =>
      needed.has(name) ? [{ name, schema: named.get(name)?.schema ?? schema, version: named.get(name)?.version }] : [],
    );
    const schemas = await makeSchemas(session, wanted);
    for (const { name, schema, version } of wanted)
      await session.query(
        `create extension ${identifier(name)} schema ${identifier(schema)}${version ? ` version ${literal(version)}` : ""}`,
      );
    if (wanted.length > 0) await session.query(TO_OWNER, [wanted.map(({ name }) => name)]);
    return { extensions: new Set(wanted.map(({ name }) => name)), schemas };
  } finally {
    await session.close();
  }
}

/** The schemas of the extensions that do not exist yet, as their owner would create them. */
async function makeSchemas(session: Session, wanted: readonly { readonly schema: string }[]): Promise<Set<string>> {
  const missing = await session.query<{ name: string; owner: string }>(
    `select s.name, pg_get_userbyid(d.datdba)::text as owner from unnest($1::text[]) s(name), pg_database d
      where d.datname = current_database() and not exists (select from pg_namespace n where n.nspname = s.name)`,
    [[...new Set(wanted.map(({ schema }) => schema))]],
  );
  for (const { name, owner } of missing)
    await session.query(`create schema ${identifier(name)} authorization ${identifier(owner)}`);
  return new Set(missing.map(({ name }) => name));
}

/** Whether a statement creates only what already exists. */
export function isMade(statement: Statement, { extensions, schemas }: MadeBeforehand): boolean {
  if (extensions.size === 0) return false;
  const operations = operationsOfText(statement);
  return (
    operations.length > 0 &&
    operations.every(
      (operation) =>
        operation.kind === "create-object" &&
        ((operation.objectKind === "extension" && extensions.has(operation.name.name)) ||
          (operation.objectKind === "schema" && schemas.has(operation.name.name))),
    )
  );
}

interface Installed extends Row {
  readonly name: string;
  readonly schema: string;
  /** Extensions that it needs itself. */
  readonly needs: readonly string[];
}

/** These, and what they need. */
function withNeeded(installed: readonly Installed[], first: readonly { readonly name: string }[]): ReadonlySet<string> {
  const all = new Set(first.map(({ name }) => name));
  // A set that grows during iteration is walked to its end.
  for (const name of all) {
    const needs = installed.find((one) => one.name === name)?.needs ?? [];
    for (const need of needs) all.add(need);
  }
  return all;
}

/** With everything that they need, in the order of creation. */
async function installedIn(database: Database, tenant: Tenant, names: readonly string[]) {
  const session = await database.connect(tenant, { purpose: "read", ...TIMEOUTS });
  try {
    return await session.query<Installed>(INSTALLED, [names]);
  } finally {
    await session.close();
  }
}

const INSTALLED = `with recursive need as (
    select d.objid as oid, d.refobjid as of from pg_depend d where d.classid = 'pg_extension'::regclass and d.refclassid = 'pg_extension'::regclass),
  wanted as (select e.oid from pg_extension e where e.extname = any($1) union select n.of from wanted w join need n on n.oid = w.oid)
  select e.extname::text as name, n.nspname::text as schema,
      array(select o.extname::text from need d join pg_extension o on o.oid = d.of where d.oid = e.oid) as needs
    from wanted w join pg_extension e on e.oid = w.oid join pg_namespace n on n.oid = e.extnamespace order by e.oid`;

/** What only a superuser may create, if the login is one. */
const UNTRUSTED = `select e.name::text as name
  from pg_available_extensions e join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version
 where e.name = any($1) and v.superuser and not v.trusted
   and (select r.rolsuper from pg_roles r where r.rolname = current_user)`;

/** An empty database belongs to whoever executes on it. */
const TO_OWNER = `update pg_extension set extowner = (select d.datdba from pg_database d where d.datname = current_database())
  where extname = any($1)`;
