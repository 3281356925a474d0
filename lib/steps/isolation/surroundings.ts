import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import type { Session } from "../../ports/database.js";
import { compareStates, readState, type State } from "../proof/state.js";
import { IN_SCHEMA, ON_TABLES, PARTS } from "./catalog-homes.js";

/** A database around one of its tenants: what a release must leave unchanged. */
export interface Surroundings {
  /** Schema and rows of another tenant, and of each shared schema, by the schema's name. */
  readonly states: ReadonlyMap<string, State>;
  /** What belongs to no schema, by kind, and the definitions in every other schema: each a text that differs after any change. */
  readonly marks: ReadonlyMap<string, string>;
}

export interface SurroundingsScope {
  /** The schema that the release may change. */
  readonly own: readonly string[];
  /** Whether it may change what belongs to no schema. */
  readonly ofShared: boolean;
  /** Schemas that are read in full: the shared ones, and one of another tenant. */
  readonly whole: readonly string[];
  /** Schemas whose objects the release may use. */
  readonly shared: readonly string[];
  /** Schemas of tenants: what an extension has there is theirs. */
  readonly tenants: ReadonlySet<string>;
}

export async function readSurroundings(
  session: Session,
  { own, ofShared, whole, shared, tenants }: SurroundingsScope,
): Promise<Surroundings> {
  const there = await session.query<{ name: string }>(
    "select n.nspname::pg_catalog.text as name from pg_catalog.pg_namespace n where n.nspname = any ($1::pg_catalog.name[])",
    [whole.filter((each) => !own.includes(each))],
  );
  const states = new Map<string, State>();
  for (const { name } of there) states.set(name, await readState(session, name));
  const ours = own.map(ownSchemaOf);
  const rows = await session.query<{ mark: string; value: string }>(MARKS, [
    [...own, ...ours],
    whole,
    shared,
    [...tenants],
  ]);
  const marks = rows.filter(({ mark }) => !ofShared || isOfTenants(mark, tenants));
  return { states, marks: new Map(marks.map(({ mark, value }) => [mark, value])) };
}

/** What is no longer as it was, in sentences. */
export function changedSurroundings(before: Surroundings, after: Surroundings): readonly string[] {
  const known = new Set(before.marks.values());
  const marks = [...new Set([...before.marks.keys(), ...after.marks.keys()])].filter((mark) => {
    const [was, is] = [before.marks.get(mark), after.marks.get(mark)];
    // By its objects, too: a rename changes only the words.
    return isOwnUse(mark) ? was === undefined && !known.has(is ?? "") : was !== is;
  });
  return [
    ...[...before.states].flatMap(([name, was]) => {
      const is = after.states.get(name);
      return is === undefined ? [`The schema ${name} is gone.`] : changesOf(name, was, is);
    }),
    ...marks.map(
      (mark) => `${mark} ${after.marks.has(mark) ? (before.marks.has(mark) ? "changed" : "came") : "went"}.`,
    ),
  ];
}

/** A sequence that only moved forward gave out numbers, which takes nothing from anybody. */
function changesOf(name: string, was: State, is: State): readonly string[] {
  return compareStates(is, was).differences.map((text) => `In the schema ${name}: ${text.replaceAll("$tenant", name)}`);
}

const OBJECT_IN = "An object in the schema ";
const COMMENT_IN = "A comment in the schema ";
const SCHEMA = "The schema ";
const PUBLISHED_ELSEWHERE = "A table of a publication";
const DEPENDENCY = "A dependency of ";
const PUBLICATION = "A publication of ";

/** How something of the tenant's takes part in what is not: only a new one does harm. */
function isOwnUse(mark: string): boolean {
  return mark.startsWith(DEPENDENCY) || mark.startsWith(PUBLICATION);
}

/** What a release of shared objects must leave, too: it may change what belongs to no schema. */
function isOfTenants(mark: string, tenants: ReadonlySet<string>): boolean {
  if (mark.startsWith(SCHEMA)) return tenants.has(mark.slice(SCHEMA.length));
  return mark === PUBLISHED_ELSEWHERE || [OBJECT_IN, COMMENT_IN, DEPENDENCY].some((start) => mark.startsWith(start));
}

/** Without what belongs to sessions, to TOAST and to the gate. */
const VISIBLE = "n.nspname !~ '^pg_(?!catalog$)|^schema_gate|^information_schema$'";
const HERE = "(select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())";

function ownType(types: string): string {
  return `select from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      where t.oid in (${types}) and n.nspname = any ($1::pg_catalog.name[])`;
}

/** Queries for the kinds of objects without a schema, by the words that name the kind. */
const WITHOUT_SCHEMA: Readonly<Record<string, string>> = {
  "An extension":
    "select e.extname, e.extversion, n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace",
  "A publication": "select p.* from pg_catalog.pg_publication p",
  [PUBLISHED_ELSEWHERE]: `select p::pg_catalog.text from pg_catalog.pg_publication_rel p join pg_catalog.pg_class c on c.oid = p.prrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname <> all ($1::pg_catalog.name[])
    union all select t::pg_catalog.text from pg_catalog.pg_publication_tables t join pg_catalog.pg_publication p on p.pubname = t.pubname
      where not p.puballtables and t.schemaname <> all ($1::pg_catalog.name[])`,
  // The catalog came with 15: its rows show in what they depend on.
  "A schema of a publication":
    "select d.objid, d.refclassid, d.refobjid from pg_catalog.pg_depend d where d.classid = 6237",
  "A subscription": `select s.subname, s.subowner, s.subenabled, s.subslotname, s.subpublications from pg_catalog.pg_subscription s where s.subdbid = ${HERE}`,
  "A user mapping": "select m.umid, m.srvid, m.umuser, m.umoptions from pg_catalog.pg_user_mappings m",
  "A cast": `select c.*, (select d.description from pg_catalog.pg_description d where d.objoid = c.oid and d.classoid = 'pg_catalog.pg_cast'::pg_catalog.regclass) as comment
    from pg_catalog.pg_cast c where not exists (${ownType("c.castsource, c.casttarget")})`,
  "A transform": `select f.*, (select d.description from pg_catalog.pg_description d where d.objoid = f.oid and d.classoid = 'pg_catalog.pg_transform'::pg_catalog.regclass) as comment
    from pg_catalog.pg_transform f where not exists (${ownType("f.trftype")})`,
  "A comment on an object without a schema": `select d.* from pg_catalog.pg_description d join pg_catalog.pg_class c on c.oid = d.classoid
    where c.relname = any ('{pg_extension,pg_publication,pg_event_trigger,pg_language,pg_am,pg_foreign_server,pg_foreign_data_wrapper,pg_largeobject,pg_subscription}')
    union all select s.objoid, s.classoid, 0, s.description from pg_catalog.pg_shdescription s where s.objoid = ${HERE}`,
  "An event trigger": "select t.* from pg_catalog.pg_event_trigger t",
  "A setting of the database or of a role": `select s.* from pg_catalog.pg_db_role_setting s where s.setdatabase = ${HERE}`,
  "Default privileges": `select a.* from pg_catalog.pg_default_acl a
    where a.defaclnamespace not in (select n.oid from pg_catalog.pg_namespace n where n.nspname = any ($1::pg_catalog.name[]))`,
  "A foreign server": "select s.* from pg_catalog.pg_foreign_server s",
  "A foreign data wrapper": "select w.* from pg_catalog.pg_foreign_data_wrapper w",
  "A language": "select l.* from pg_catalog.pg_language l",
  "An access method": "select a.* from pg_catalog.pg_am a",
  "A large object": "select l.* from pg_catalog.pg_largeobject_metadata l",
  "A grant on the database": `select d.datacl, d.datdba from pg_catalog.pg_database d where d.oid = ${HERE}`,
};

/** Each object by its id and the transaction that wrote it: within one database this shows any change, whatever it is. */
function marksQuery(): string {
  const wide = Object.entries(WITHOUT_SCHEMA).map(
    ([words, query]) =>
      `select '${words}' as mark, pg_catalog.md5(pg_catalog.string_agg(x.line, E'\\n' order by x.line)) as value
       from (select q::pg_catalog.text as line from (${query}) q) x`,
  );
  const parts = PARTS.map(
    ([catalog, column, whole]) =>
      `select w.${IN_SCHEMA[whole]} as home, o.${column} as oid, o.xmin from pg_catalog.${catalog} o join pg_catalog.${whole} w on w.oid = o.${column}`,
  );
  // A grant on a column locks nothing.
  const granted =
    "select c.relnamespace, a.attrelid, a.xmin from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid where a.attacl is not null";
  // A foreign key's triggers on the table that it refers to take nothing from anybody.
  const whole =
    "select h.home, h.oid, h.xmin from dependents h where h.catalog <> 'pg_catalog.pg_trigger'::pg_catalog.regclass or not (select t.tgisinternal from pg_catalog.pg_trigger t where t.oid = h.oid)";
  const members = [whole, ...parts, granted];
  const schemas = `select pg_catalog.concat('${SCHEMA}', n.nspname) as mark, pg_catalog.concat(n.nspowner, n.nspacl) as value
    from pg_catalog.pg_namespace n where n.nspname <> all ($1::pg_catalog.name[]) and n.nspname !~ '^pg_|^schema_gate'`;
  const inside = `select case when n.nspname = 'pg_catalog' then 'An object of PostgreSQL' else pg_catalog.concat('${OBJECT_IN}', n.nspname) end as mark,
      pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat(m.oid, ' ', m.xmin), ',' order by m.oid, m.xmin::pg_catalog.text)) as value
    from (${members.join(" union all ")}) m join pg_catalog.pg_namespace n on n.oid = m.home
    where n.nspname <> all ($1::pg_catalog.name[]) and n.nspname <> all ($2::pg_catalog.name[])
      and ${VISIBLE}
    group by n.nspname`;
  return `${homes()} ${[...wide, schemas, inside, COMMENTS, DEPENDENCIES, PUBLISHED].join(" union all ")}`;
}

/** Every object with its schema and its catalog; those that belong to a table, in the schema of the table. */
function homes(): string {
  const own = Object.entries(IN_SCHEMA).map(
    ([catalog, column]) =>
      `select o.${column} as home, 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid as catalog, o.oid, o.xmin from pg_catalog.${catalog} o`,
  );
  const onTables = Object.entries(ON_TABLES).map(
    ([catalog, column]) =>
      `select c.relnamespace, 'pg_catalog.${catalog}'::pg_catalog.regclass::pg_catalog.oid, o.oid, o.xmin from pg_catalog.${catalog} o join pg_catalog.pg_class c on c.oid = o.${column}`,
  );
  return `with homes as (${own.join(" union all ")}),
    dependents as (select h.home, h.catalog, h.oid, h.xmin from homes h union all ${onTables.join(" union all ")})`;
}

const COMMENTS = `select pg_catalog.concat('${COMMENT_IN}', n.nspname) as mark,
    pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat(d.objoid, ' ', d.objsubid, ' ', d.description), ',' order by d.objoid, d.classoid, d.objsubid)) as value
  from pg_catalog.pg_description d join (select h.home, h.catalog, h.oid from dependents h
      union all select s.oid, 'pg_catalog.pg_namespace'::pg_catalog.regclass, s.oid from pg_catalog.pg_namespace s) o on o.oid = d.objoid and o.catalog = d.classoid
    join pg_catalog.pg_namespace n on n.oid = o.home
  where n.nspname <> all ($1::pg_catalog.name[]) and ${VISIBLE}
  group by n.nspname`;

/** What the tenant has that uses what is neither its own nor shared, nor an extension's. */
const DEPENDENCIES = `select pg_catalog.concat('${DEPENDENCY}', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid), ' on ',
      pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)) as mark,
    pg_catalog.concat_ws(' ', d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid) as value
  from pg_catalog.pg_depend d join dependents o on o.oid = d.objid and o.catalog = d.classid
    join pg_catalog.pg_namespace n on n.oid = o.home
    join homes r on r.oid = d.refobjid and r.catalog = d.refclassid
    join pg_catalog.pg_namespace m on m.oid = r.home
  where n.nspname = any ($1::pg_catalog.name[]) and m.nspname <> all ($1::pg_catalog.name[]) and m.nspname <> all ($3::pg_catalog.name[])
    and m.nspname !~ '^pg_|^information_schema$'
    and not (m.nspname <> all ($4::pg_catalog.name[]) and exists (select from pg_catalog.pg_depend e
      where e.classid = d.refclassid and e.objid = d.refobjid and e.deptype = 'e'))`;

const PUBLISHED = `select pg_catalog.concat('${PUBLICATION}', r.prrelid::pg_catalog.regclass, ' by ', p.pubname) as mark,
    pg_catalog.concat_ws(' ', r.prrelid, r.prpubid) as value
  from pg_catalog.pg_publication_rel r join pg_catalog.pg_publication p on p.oid = r.prpubid join pg_catalog.pg_class c on c.oid = r.prrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1::pg_catalog.name[])`;

const MARKS = marksQuery();
