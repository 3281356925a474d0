import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

/** Each trigger changes the row that fires it, so that one that fires on the way back shows. */
const SETUP = `
  create function f() returns trigger language plpgsql as $$ begin new.touched := new.touched + 1; return new; end $$;
  create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
  create table plain (id int primary key, touched int not null default 0, n numeric(8,2), c text, i text);
  insert into plain values (1, 0, 1.5, 'a', '1'), (2, 0, 2.5, 'b', '');
  create table fires (like plain including all); insert into fires select * from plain;
  create trigger z before update or insert on fires for each row execute function f();
  create table parts (like plain including all) partition by range (id);
  create table part partition of parts for values from (0) to (10); insert into parts select * from plain;
  create trigger z before update or insert on parts for each row execute function f();`;

const STATES = `alter table fires enable always trigger z;
  create trigger y before update or insert on fires for each row execute function f(); alter table fires enable replica trigger y;
  create trigger x before update or insert on fires for each row execute function f(); alter table fires disable trigger x`;

interface Case {
  readonly setup?: string;
  readonly up: string;
}

const make = (table: string) =>
  `create trigger z before update or insert on ${table} for each row execute function f()`;
const WIDER = "alter n type numeric(12,4)";
const OTHER = "alter c type int using ascii(c)";

const CASES: Readonly<Record<string, Case>> = {
  "a trigger created after a column got wider": { up: `alter table plain ${WIDER}; ${make("plain")}` },
  "a constraint trigger created after a column got wider": {
    up: `alter table plain ${WIDER}; create constraint trigger z after update on plain deferrable initially deferred
      for each row execute function refuse()`,
  },
  "a trigger dropped after a column got wider": { up: `alter table fires ${WIDER}; drop trigger z on fires` },
  "a trigger renamed after a column got wider": {
    up: `alter table fires ${WIDER}; alter trigger z on fires rename to a`,
  },
  "a trigger on a renamed table": {
    up: `alter table fires ${WIDER}; alter table fires rename to fired; drop trigger z on fired`,
  },
  "a trigger disabled after a column got wider": {
    up: `alter table fires ${WIDER}; alter table fires disable trigger z`,
  },
  "a wider column between one that is read again": {
    up: `alter table fires ${WIDER}; alter table fires alter i type int using nullif(i, '')::int`,
  },
  "rows after their trigger in one block": {
    up: "do $$ begin drop trigger z on fires; update fires set c = 'new'; end $$",
  },
  "rows before their trigger in one block": { up: `do $$ begin update plain set c = 'new'; ${make("plain")}; end $$` },
  "rows that a new trigger changes in one block": {
    up: `do $$ begin ${make("plain")}; update plain set c = 'new'; delete from plain where id = 2; end $$`,
  },
  "rows without the constraint trigger of the block before": {
    setup: `create constraint trigger k after update on plain for each row execute function refuse()`,
    up: "do $$ begin drop trigger k on plain; update plain set c = 'new'; end $$",
  },
  "rows and the function of their trigger": {
    up: "do $$ begin drop function f() cascade; update fires set c = 'new'; end $$",
  },
  "a conversion after a dropped trigger in one block": {
    up: `do $$ begin drop trigger z on fires; alter table fires ${OTHER}; end $$`,
  },
  "a conversion after a new trigger in one block": {
    up: `do $$ begin ${make("plain")}; alter table plain ${OTHER}; end $$`,
  },
  "a trigger enabled along with a conversion": {
    setup: "alter table fires disable trigger z",
    up: `alter table fires enable trigger z, ${OTHER}`,
  },
  "a dropped column and the trigger that names it": {
    setup: "create trigger k before update of c on fires for each row execute function f()",
    up: "drop trigger k on fires; alter table fires drop c",
  },
  "rows with triggers of every state": { setup: STATES, up: "update fires set c = 'new'" },
  "a dropped column with triggers of every state": { setup: STATES, up: "alter table fires drop c" },
  "rows of partitions": { up: "update parts set c = 'new'; delete from part where id = 1" },
  "a dropped column of a partitioned table": { up: "alter table parts drop c" },
  "a converted column of a partitioned table": { up: `alter table parts ${OTHER}` },
  "partitions whose clone has a state of its own": {
    setup: "alter table only parts enable replica trigger z; alter table part enable always trigger z",
    up: "update parts set c = 'new'",
  },
  "partitions whose clone is disabled": { setup: "alter table part disable trigger z", up: "alter table parts drop c" },
  "partitions with a trigger of their own": {
    setup: "create trigger y before update on part for each row execute function f()",
    up: "alter table parts drop c; drop trigger y on part",
  },
};

describe.each(MAJORS)("no trigger fires on the way back on %s, with", (major) => {
  it.each(Object.entries(CASES))("%s", async (_, { setup = "", up }) => {
    const proof = await proveOnClones(major, `${SETUP}${setup}`, [testMigration(up)], { thorough: false });
    expect(proof.rollbacks[0]?.trials.at(-1)).toMatchObject({
      source: "inverse",
      verdict: expect.stringMatching(/exact|order/),
    });
    expect(proof.findings.filter(({ severity }) => severity !== "note")).toEqual([]);
    expect(proof.passed).toBe(true);
  });
});
