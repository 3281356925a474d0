import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import type { Session } from "../../ports/database.js";
import { compareStates, readState, type State } from "../proof/state.js";

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
}

export async function readSurroundings(
  session: Session,
  { own, ofShared, whole }: SurroundingsScope,
): Promise<Surroundings> {
  const there = await session.query<{ name: string }>(
    "select n.nspname::pg_catalog.text as name from pg_catalog.pg_namespace n where n.nspname = any ($1::pg_catalog.name[])",
    [whole.filter((each) => !own.includes(each))],
  );
  const states = new Map<string, State>();
  for (const { name } of there) states.set(name, await readState(session, name));
  const ours = own.map(ownSchemaOf);
  const rows = await session.query<{ mark: string; value: string }>(MARKS, [[...own, ...ours], whole]);
  const marks = rows.filter(({ mark }) => !ofShared || mark.startsWith(OBJECT_IN));
  return { states, marks: new Map(marks.map(({ mark, value }) => [mark, value])) };
}

/** What is no longer as it was, in sentences. */
export function changedSurroundings(before: Surroundings, after: Surroundings): readonly string[] {
  const marks = [...new Set([...before.marks.keys(), ...after.marks.keys()])].filter(
    (mark) => before.marks.get(mark) !== after.marks.get(mark),
  );
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
const HERE = "(select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())";

/** Queries for the kinds of objects without a schema, by the words that name the kind. */
const WITHOUT_SCHEMA: Readonly<Record<string, string>> = {
  "An extension":
    "select e.extname, e.extversion, n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace",
  "A publication": "select p.* from pg_catalog.pg_publication p",
  "A table of a publication": "select p.* from pg_catalog.pg_publication_rel p",
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
  "A grant in pg_catalog":
    "select c.oid, c.relacl from pg_catalog.pg_class c where c.relnamespace = 11 and c.relacl is not null",
};

/** By catalog, the column that holds the schema of an object. */
const IN_SCHEMA: Readonly<Record<string, string>> = {
  pg_class: "relnamespace",
  pg_proc: "pronamespace",
  pg_type: "typnamespace",
  pg_operator: "oprnamespace",
  pg_constraint: "connamespace",
  pg_collation: "collnamespace",
  pg_statistic_ext: "stxnamespace",
};

/** Each object by its id and the transaction that wrote it: within one database this shows any change, whatever it is. */
function marksQuery(): string {
  const wide = Object.entries(WITHOUT_SCHEMA).map(
    ([words, query]) =>
      `select '${words}' as mark, pg_catalog.md5(pg_catalog.string_agg(x.line, E'\\n' order by x.line)) as value
       from (select q::pg_catalog.text as line from (${query}) q) x`,
  );
  const members = Object.entries(IN_SCHEMA).map(
    ([catalog, column]) => `select o.${column} as home, o.oid, o.xmin from pg_catalog.${catalog} o`,
  );
  const schemas = `select pg_catalog.concat('The schema ', n.nspname) as mark, pg_catalog.concat(n.nspowner, n.nspacl) as value
    from pg_catalog.pg_namespace n where n.nspname <> all ($1::pg_catalog.name[]) and n.nspname !~ '^pg_|^schema_gate'`;
  const inside = `select pg_catalog.concat('${OBJECT_IN}', n.nspname) as mark,
      pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat(m.oid, ' ', m.xmin), ',' order by m.oid, m.xmin::pg_catalog.text)) as value
    from (${members.join(" union all ")}) m join pg_catalog.pg_namespace n on n.oid = m.home
    where n.nspname <> all ($1::pg_catalog.name[]) and n.nspname <> all ($2::pg_catalog.name[])
      and n.nspname !~ '^pg_|^schema_gate|^information_schema$'
    group by n.nspname`;
  return [...wide, schemas, inside].join(" union all ");
}

const MARKS = marksQuery();
