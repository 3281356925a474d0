import type { RangeVar } from "libpg-query";
import { readableName, readableRelation } from "../../sql/readable-name.js";

interface TwoColumns {
  readonly table: RangeVar;
  /** Of the trigger and its function. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * A trigger that keeps two columns of a table equal, whichever of them is written. A version of the application writes one of them: on
 * INSERT the new column has a value only where it was written, since it has no default.
 */
export function bothWays({ table, name, from, to }: TwoColumns): {
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
    IF NEW.${young} IS NULL THEN NEW.${young} := NEW.${old}; ELSE NEW.${old} := NEW.${young}; END IF;
  ELSIF NEW.${young} IS DISTINCT FROM OLD.${young} THEN NEW.${old} := NEW.${young};
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
