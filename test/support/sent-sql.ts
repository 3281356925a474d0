import pg from "pg";

type Send = (text: unknown, ...more: unknown[]) => unknown;

const OTHERS_PATH = /^select pg_catalog\.set_config\('search_path', '(?!pg_catalog, pg_temp)/;
const BACK = "select pg_catalog.current_setting('search_path') as path";

/**
 * Collects every text that this process sends to PostgreSQL while `work` runs, except for the statements of others, which the
 * session puts between a search_path of theirs and ours.
 */
export async function sentSql<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly texts: ReadonlySet<string> }> {
  const texts = new Set<string>();
  const original = pg.Client.prototype.query;
  const others = new WeakSet<object>();
  pg.Client.prototype.query = function (this: object, text: unknown, ...more: unknown[]) {
    // With values or a name, a text is always ours; others' statements have neither.
    const { text: own, queryMode } = (typeof text === "object" ? text : {}) as { text?: string; queryMode?: string };
    if (own !== undefined && queryMode === undefined) texts.add(own);
    if (typeof text === "string") {
      const one = !text.includes(BACK) && OTHERS_PATH.test(text);
      if (others.has(this)) others.delete(this);
      else if (OTHERS_PATH.test(text) && text.includes(BACK)) texts.add(text.slice(text.lastIndexOf(BACK)));
      else texts.add(text);
      if (one) others.add(this);
    }
    return (original as unknown as Send).call(this, text, ...more);
  } as unknown as typeof original;
  try {
    return { result: await work(), texts };
  } finally {
    pg.Client.prototype.query = original;
  }
}
