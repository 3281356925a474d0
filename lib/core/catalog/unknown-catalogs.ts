import { NEWEST_MAJOR } from "../postgres/majors.js";
import { CATALOG_CODES, SHARED_CATALOGS, SYSTEM_CATALOGS } from "../postgres/system-catalogs.js";
import { identifier, literal, qualified } from "../sql/quote.js";

/** A system catalog as the server has it. */
export interface ServerCatalog {
  readonly name: string;
  /** In order. */
  readonly columns: readonly string[];
  /** Those that refer to objects by their id, in order. */
  readonly references: readonly string[];
}

/** The system catalogs of a server: `name`, `columns`, `references`. */
export const SERVER_CATALOGS = `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns,
  coalesce(array_agg(a.attname::text order by a.attnum) filter (where a.atttypid = any('{oid,regproc,regclass,regtype}'::regtype[]::oid[])), '{}') as "references"
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' group by c.relname order by c.relname`;

/**
 * Asks a server that is newer than those we know whether a catalog, a column or a kind of object that the reader does not know holds anything of a
 * user's: one row for each, `place` and `example`.
 *
 * An empty column, or one with the value that it has in all of the server's own objects, does not count as a user's. Where the server has no object
 * of the kind, nothing tells what the default is, and any value counts.
 */
export function unknownQuery(
  server: readonly ServerCatalog[],
  known: Readonly<Record<string, string>> = SYSTEM_CATALOGS,
  codes: Readonly<Record<string, string>> = CATALOG_CODES,
): string {
  const arms = server.flatMap((catalog) => {
    const columns = known[catalog.name]?.split(" ");
    if (!columns) return [rows(catalog)];
    const unread = SHARED_CATALOGS.has(catalog.name) ? [] : catalog.columns.filter((one) => !columns.includes(one));
    return unread.map((column) => values(catalog, column));
  });
  const kinds = Object.entries(codes).flatMap(([place, letters]) => {
    const [name = "", column = ""] = place.split(".");
    const catalog = server.find((each) => each.name === name);
    return catalog?.columns.includes(column.replace("[]", "")) ? [kind(catalog, column, letters)] : [];
  });
  return `select u.place, u.example from (${[...arms, ...kinds].join("\nunion all\n")}) u(place, example)`;
}

/** Something of a user's that is where the reader does not look. */
export interface UnknownPlace {
  /** `pg_propgraph_element`, `pg_class.relkind = 'g'`. */
  readonly place: string;
  /** An object that is there, as the server describes it; null where it cannot. */
  readonly example: string | null;
}

/** A full sentence. */
export function unknownPlaces(major: number, places: readonly UnknownPlace[]): string {
  const named = places.map(({ place, example }) => (example === null ? place : `${place} (${example})`));
  return `PostgreSQL ${major} is newer than ${NEWEST_MAJOR}, and this database has something where Schema Gate does not know to look: ${named.join(", ")}`;
}

/** FirstNormalObjectId: lower ids are the server's own objects. */
const FIRST_OF_USERS = 16384;

/** A row without an id of its own is a user's if it refers to something of a user's. A catalog that refers to nothing must be empty. */
function rows({ name, columns, references }: ServerCatalog): string {
  const ids = columns.includes("oid") ? ["oid"] : references;
  const mine = ids.map((column) => `t.${identifier(column)} >= ${FIRST_OF_USERS}`).join(" or ");
  return `select ${literal(name)}, null::text where exists (select from ${qualified("pg_catalog", name)} t${mine === "" ? "" : ` where ${mine}`})`;
}

function values(catalog: ServerCatalog, column: string): string {
  const { name } = catalog;
  const text = (row: string) => `${row}.${identifier(column)}::text`;
  const relation = qualified("pg_catalog", name);
  return `(select ${literal(`${name}.${column}`)}, ${described(catalog)} from ${relation} t,
  (select min(${text("s")}) as least, max(${text("s")}) as most, count(*) as n from ${relation} s where s.${id(catalog)} < ${FIRST_OF_USERS}) own
  where t.${id(catalog)} >= ${FIRST_OF_USERS} and ${text("t")} not in ('', '{}') and case when own.n = 0 then true
    when own.least is distinct from own.most then ${text("t")} not in ('false', '0', '-') else ${text("t")} is distinct from own.least end limit 1)`;
}

function kind(catalog: ServerCatalog, column: string, letters: string): string {
  const { name } = catalog;
  const [of, letter] = column.endsWith("[]")
    ? [`, unnest(t.${identifier(column.slice(0, -2))}) u(letter)`, "u.letter"]
    : ["", `t.${identifier(column)}`];
  return `(select ${literal(`${name}.${column} = `)} || quote_literal(${letter}::text), ${described(catalog)} from ${qualified("pg_catalog", name)} t${of}
  where t.${id(catalog)} >= ${FIRST_OF_USERS} and ${letter}::text <> '' and strpos(${literal(letters)}, ${letter}::text) = 0 limit 1)`;
}

/** The column that tells whose a row is. */
function id({ name, columns }: ServerCatalog): string {
  const own = columns.includes("oid") ? "oid" : name === "pg_depend" ? "objid" : (columns[0] ?? "");
  return identifier(own);
}

function described(catalog: ServerCatalog): string {
  const { name, columns } = catalog;
  if (columns.includes("oid")) return `pg_describe_object('pg_catalog.${name}'::regclass, t.oid, 0)`;
  return name === "pg_attribute" ? "pg_describe_object('pg_catalog.pg_class'::regclass, t.attrelid, t.attnum)" : "null";
}
