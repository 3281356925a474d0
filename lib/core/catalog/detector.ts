import { literal } from "../sql/quote.js";
import type { Scope } from "./sources/source.js";

/** A system catalog whose rows of one object are found by this column. */
interface Watched {
  readonly catalog: string;
  /** What the rows are told apart by, beside the transaction that wrote them. */
  readonly key: string;
  /** Keeps to the rows of users, in a database that is a tenant of its own. */
  readonly where: string;
}

const own = (column: string) => `${column} >= 16384`;
const byOid = (catalog: string): Watched => ({ catalog, key: "oid", where: own("oid") });

/** Each catalog that `catalogQuery` reads for its rows. */
const WATCHED: readonly Watched[] = [
  { catalog: "pg_namespace", key: "oid", where: "true" },
  byOid("pg_class"),
  { catalog: "pg_attribute", key: "attrelid, attnum", where: own("attrelid") },
  byOid("pg_attrdef"),
  byOid("pg_constraint"),
  { catalog: "pg_index", key: "indexrelid", where: own("indexrelid") },
  { catalog: "pg_inherits", key: "inhrelid, inhseqno", where: "true" },
  byOid("pg_proc"),
  byOid("pg_type"),
  byOid("pg_enum"),
];

/**
 * One row, one column `detector`: a hash over the identity of the catalogs' rows and of the transactions that wrote
 * them. It is equal only while nothing was changed; it says nothing of what a schema is, and compares one tenant with
 * itself only. VACUUM and ANALYZE write in place and leave it alone.
 */
export function detectorQuery(scope: Scope): string {
  const name = scope.tenantSchema === null ? "" : `/* ${literal(scope.tenantSchema).replaceAll("*/", "* /")} */`;
  const arms = WATCHED.map(
    ({ catalog, key, where }) =>
      `select ${literal(catalog)} as c, count(*) as n, sum(hashtextextended(concat_ws(' ', ${key}, xmin), 0)) as h from ${catalog} where ${where}`,
  );
  return `select md5(string_agg(concat_ws(' ', c, n, h), ',' order by c)) as detector ${name} from (${arms.join(" union all ")}) t`;
}
