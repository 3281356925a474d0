import { columnInstead } from "../../sql/column-instead.js";
import { deparse } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { isChanged } from "../support/both-ways.js";
import { ofRow } from "../support/of-row.js";
import type { SecondColumn, StandIn } from "./stand-in.js";

interface KeptEqual {
  /** Fills the second column on every write. */
  readonly make: readonly string[];
  /** The reverse direction, for the way back, once they have swapped names. */
  readonly turn: readonly string[];
  readonly drop: readonly string[];
}

/** The trigger of a stand-in. Where the first column has no such value it is NULL: only the way back reads it. */
export function keepEqual(standIn: StandIn, { type, value, back, renamed }: SecondColumn): KeptEqual {
  const { table, trigger, name, fresh, old } = standIn;
  const on = readableRelation(table);
  const body = readableRelation({ ...table, relname: trigger });
  const [own, second, first] = [readableName(name), readableName(fresh), readableName(old)];
  const create = (verb: string, lines: readonly string[]) =>
    `${verb} FUNCTION ${body}() RETURNS trigger LANGUAGE plpgsql AS $both$\nBEGIN\n${lines.join("\n")}\nEND\n$both$`;
  const given = deparse(ofRow(columnInstead(renamed?.value ?? value, name, old)));
  const lines = [
    // A statement without a column list still writes the first one, and its value would be lost.
    `  IF TG_OP = 'INSERT' AND new.${first} IS DISTINCT FROM NULL`,
    `    AND (${given})::${renamed?.type ?? type}::text COLLATE "C" IS DISTINCT FROM new.${own}::text COLLATE "C" THEN`,
    `    RAISE feature_not_supported USING MESSAGE = ${literal(`an INSERT into ${on} has to name its columns while ${first} is there`)};`,
    "  END IF;",
    ...(back
      ? [
          "  BEGIN",
          `    new.${first} := ${deparse(ofRow(back))};`,
          "  EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN",
          `    new.${first} := NULL;`,
          "  END;",
        ]
      : [`  IF TG_OP = 'INSERT' OR ${isChanged(own)} THEN new.${first} := NULL; END IF;`]),
    "  RETURN new;",
  ];
  return {
    make: [
      create("CREATE", [`  new.${second} := ${deparse(ofRow(value))};`, "  RETURN new;"]),
      `CREATE TRIGGER ${readableName(trigger)} BEFORE INSERT OR UPDATE ON ${on} FOR EACH ROW EXECUTE FUNCTION ${body}()`,
    ],
    turn: [create("CREATE OR REPLACE", lines)],
    drop: [`DROP TRIGGER ${readableName(trigger)} ON ${on}`, `DROP FUNCTION ${body}()`],
  };
}
