import { identifier, literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

interface Locale {
  readonly encoding: string;
  /** `c`: libc, `i`: ICU, `b`: PostgreSQL's own. */
  readonly provider: string;
  readonly collate: string;
  readonly ctype: string;
  readonly locale: string | null;
  readonly rules: string | null;
}

/** Columns of later majors have other names, or do not exist: a row as JSON has whatever there is (PostgreSQL manual, pg_database). */
const LOCALE = `select pg_encoding_to_char(encoding)::text as encoding, coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') as provider,
    datcollate::text as collate, datctype::text as ctype,
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale, to_jsonb(d) ->> 'daticurules' as rules
  from pg_database d where datname = $1`;

/** Options of CREATE DATABASE that make it sort and compare like another one; empty if there is no database of that name. */
export async function localeLike(session: Session, database: string): Promise<string> {
  const [found] = await session.query<Locale & Record<string, unknown>>(LOCALE, [database]);
  if (!found) return "";
  const { encoding, provider, collate, ctype, locale, rules } = found;
  const own: Readonly<Record<string, string>> = {
    i: ` locale_provider icu icu_locale ${literal(locale ?? "und")}${rules === null ? "" : ` icu_rules ${literal(rules)}`}`,
    b: ` locale_provider builtin builtin_locale ${literal(locale ?? "C")}`,
    c: session.serverVersion >= 150_000 ? " locale_provider libc" : "",
  };
  return ` encoding ${literal(encoding)} lc_collate ${literal(collate)} lc_ctype ${literal(ctype)}${own[provider] ?? ""}`;
}

/** Rights on databases that all of these have in common, as `privilege grantee`; 0 is everybody. */
const RIGHTS = `select a.privilege_type as privilege, a.grantee::int8::text as grantee,
    case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as name
  from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
  where d.datname = any($1) and a.grantee <> d.datdba
  group by 1, 2, 3 having count(distinct d.oid) = $2`;

interface Right extends Record<string, unknown> {
  readonly privilege: string;
  readonly grantee: string;
  readonly name: string;
}

/**
 * Gives a database the rights that all the others have in common. If there is only one other, only what everybody may do, since its own
 * roles are not the new one's.
 */
export async function rightsLike(session: Session, name: string, databases: readonly string[]): Promise<void> {
  if (databases.length === 0) return;
  const common = await session.query<Right>(RIGHTS, [databases, databases.length]);
  const database = identifier(name);
  const given = common.filter(({ grantee }) => grantee === "0" || databases.length > 1);
  await session.script(
    [
      `revoke all on database ${database} from public`,
      ...given.map((right) => `grant ${right.privilege} on database ${database} to ${right.name}`),
    ].join("; "),
  );
}
