import { beforeAll, describe, expect, it } from "vitest";
import { CatalogIndex } from "../../../lib/core/catalog/lookup.js";
import { RULES } from "../../../lib/core/lint/rules/index.js";
import { atLeast, tableLocks } from "../../../lib/core/lint/table-locks.js";
import { effectsOf } from "../../../lib/core/operations/operation-types.js";
import { operationsOf } from "../../../lib/core/operations/operations-of.js";
import type { LockMode } from "../../../lib/core/postgres/lock-modes.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import type { ParsedStatement } from "../../../lib/core/sql/statement.js";
import { statementsOf } from "../../support/operation-statements.js";
import { readExample } from "../../support/rule-example.js";

beforeAll(loadParser);

const NO_CATALOG = new CatalogIndex({ objects: [] } as unknown as CatalogIndex["catalog"]);

/** The strongest per table, from SHARE UPDATE EXCLUSIVE up. */
function strongest(locks: readonly { readonly name: string; readonly mode: LockMode }[]): Record<string, LockMode> {
  const found: Record<string, LockMode> = {};
  for (const { name, mode } of locks) {
    const known = found[name];
    if (atLeast(mode, "ShareUpdateExclusiveLock") && (!known || !atLeast(known, mode))) found[name] = mode;
  }
  return found;
}

function byText(statement: ParsedStatement) {
  return strongest(tableLocks(statement.node).map(({ table, mode }) => ({ name: table.relname ?? "", mode })));
}

/** Views are relations to an operation; lint speaks of tables alone. */
function byOperations(statement: ParsedStatement) {
  const operations = operationsOf(statement).filter(
    (operation) => !/^drop (materialized )?view/i.test(operation.statement.sql),
  );
  const locks = operations.flatMap((operation) => effectsOf(operation, NO_CATALOG).locks);
  return strongest(locks.map(({ table, mode }) => ({ name: table.name, mode })));
}

const MORE = `
LOCK TABLE a, b IN SHARE MODE;
LOCK TABLE a;
ALTER INDEX i RENAME TO j;
ALTER TABLE a RENAME TO b;
ALTER TABLE a RENAME COLUMN x TO y;
ALTER TABLE a RENAME CONSTRAINT x TO y;
ALTER TABLE a ENABLE TRIGGER t;
ALTER TABLE a ALTER COLUMN x SET STATISTICS 500;
ALTER TABLE a SET (fillfactor = 70);
ALTER TABLE a VALIDATE CONSTRAINT c, ADD CONSTRAINT d FOREIGN KEY (x) REFERENCES b (id) NOT VALID;
ALTER TABLE a ADD COLUMN x int, ENABLE ROW LEVEL SECURITY;
ALTER TABLE a ATTACH PARTITION b FOR VALUES IN (1);
ALTER TABLE a DETACH PARTITION b;
CREATE TABLE c (id int REFERENCES a, other int, FOREIGN KEY (other) REFERENCES b);
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();
DROP TRIGGER t ON a;
DROP TABLE a, b;
TRUNCATE a, b;
VACUUM (FULL) a;
CLUSTER a USING i;
REINDEX TABLE a;
REFRESH MATERIALIZED VIEW m;
REFRESH MATERIALIZED VIEW CONCURRENTLY m;
ALTER TABLE a SET SCHEMA archive;
`;

describe("the locks that lint reads from the text", () => {
  const texts = [
    MORE,
    ...statementsOf("18"),
    ...RULES.map((rule) => readExample(rule.id)).flatMap(({ before, bad, good }) => [before, bad, good]),
  ];

  it("are those of the operations, which are measured on real servers", () => {
    const statements = texts.flatMap((text) => parseSql(text, "a.sql").statements.filter(isParsed));
    expect(statements.length).toBeGreaterThan(300);
    for (const statement of statements) expect(byText(statement), statement.sql).toEqual(byOperations(statement));
  });
});
