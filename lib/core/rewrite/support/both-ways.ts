import type { RangeVar } from "libpg-query";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import type { NullTest } from "./null-test.js";

interface TwoColumns {
  readonly table: RangeVar;
  /** The name of the trigger and its function. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly test: NullTest;
}

/**
 * A trigger that keeps two columns of a table equal, whichever of them is written. A version of the application writes one of them: on INSERT the new
 * column has a value only if it was written, since it has no default.
 */
export function bothWays({ table, name, from, to, test }: TwoColumns): {
  readonly make: readonly string[];
  readonly drop: readonly string[];
} {
  const [old, young] = [readableName(from), readableName(to)];
  const body = readableRelation({ ...table, relname: name });
  const on = readableRelation(table);
  const trigger = readableName(name);
  return {
    make: [
      `CREATE FUNCTION ${body}() RETURNS trigger LANGUAGE plpgsql AS $both$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.${young} ${test.isNull} THEN NEW.${young} := NEW.${old}; ELSE NEW.${old} := NEW.${young}; END IF;
  ELSIF ${isChanged(young)} THEN NEW.${old} := NEW.${young};
  ELSE NEW.${young} := NEW.${old};
  END IF;
  RETURN NEW;
END
$both$`,
      `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${on} FOR EACH ROW EXECUTE FUNCTION ${body}()`,
    ],
    drop: [`DROP TRIGGER ${trigger} ON ${on}`, `DROP FUNCTION ${body}()`],
  };
}

/**
 * Whether an UPDATE changes a column, for a trigger. Compared as texts, which every type has: `json` has no equality, and for some types' equality
 * 1.0 is 1.00, 1 day is 24:00:00, and 'a' is 'A' in a collation that says so.
 */
export function isChanged(column: string): string {
  return `NEW.${column}::text COLLATE "C" IS DISTINCT FROM OLD.${column}::text COLLATE "C"`;
}
