import type { RewriteRefusalCode } from "../../../lib/core/rewrite/refusal.js";

/** What stands before each case. Rows in every table, with NULLs where a column may have them. */
export const BEFORE = `
  CREATE TABLE customers (id bigint PRIMARY KEY, name text);
  CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id bigint, email text, note text, code text NOT NULL, "Größe" int,
    a_column_whose_name_is_as_long_as_the_server_lets_a_name_be_12345 int
  );
  CREATE INDEX orders_note ON orders (note);
  CREATE TABLE bare (a int, b int);
  CREATE SCHEMA "App";
  CREATE TABLE "App"."Users" ("Id" bigint PRIMARY KEY, "Mail" text, age int);
  CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
  CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
  CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
  CREATE TABLE events_3 (LIKE events);
  CREATE TABLE parted (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
  CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
  CREATE TABLE parted_2 (LIKE parted);
  CREATE DOMAIN amount AS int;
  CREATE TABLE priced (id bigint PRIMARY KEY, price amount);
  CREATE TABLE viewed (id bigint PRIMARY KEY, title text, other text);
  CREATE VIEW titles AS SELECT id, title FROM viewed;
  CREATE TABLE children (id bigint PRIMARY KEY, viewed_id bigint);
  CREATE TYPE state AS ENUM ('new', 'paid');
  CREATE TABLE states (id bigint PRIMARY KEY, state state NOT NULL);
  INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 20) g;
  INSERT INTO orders SELECT g, 1 + g % 20, 'e' || g, CASE WHEN g % 3 = 0 THEN 'n' END, 'k', g, g FROM generate_series(1, 60) g;
  INSERT INTO bare SELECT g, g FROM generate_series(1, 20) g;
  INSERT INTO "App"."Users" SELECT g, 'm' || g, g FROM generate_series(1, 20) g;
  INSERT INTO events SELECT g, date '2025-01-01' + g, 'k' FROM generate_series(0, 50) g;
  INSERT INTO events_3 SELECT g, date '2025-03-01' + g, 'k' FROM generate_series(0, 20) g;
  INSERT INTO parted SELECT g, date '2025-01-01' + g FROM generate_series(0, 20) g;
  INSERT INTO parted_2 SELECT g, date '2025-03-01' + g FROM generate_series(0, 20) g;
  INSERT INTO priced SELECT g, g FROM generate_series(1, 20) g;
  INSERT INTO viewed SELECT g, 't', 'o' FROM generate_series(1, 20) g;
  INSERT INTO children SELECT g, g FROM generate_series(1, 20) g;
  INSERT INTO states SELECT g, 'new' FROM generate_series(1, 20) g;`;

const LONG = "a_column_whose_name_is_as_long_as_the_server_lets_a_name_be_12345".slice(0, 63);

/** A migration, and the phases of its plan with the number of steps in each. */
export const REWRITTEN: readonly (readonly [string, string])[] = [
  ["ALTER TABLE orders ALTER COLUMN email SET NOT NULL", "expand expand switch"],
  [`ALTER TABLE orders ALTER COLUMN ${LONG} SET NOT NULL`, "expand expand switch"],
  ['ALTER TABLE "App"."Users" ALTER COLUMN "Mail" SET NOT NULL', "expand expand switch"],
  ["ALTER TABLE orders ADD CHECK (id > 0)", "expand expand"],
  ['ALTER TABLE "App"."Users" ADD CONSTRAINT "Old enough" CHECK (age >= 0) NO INHERIT', "expand expand"],
  ["ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers ON DELETE CASCADE", "expand expand"],
  [
    "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED",
    "expand expand",
  ],
  ["ALTER TABLE orders ADD UNIQUE (email)", "expand switch"],
  ['ALTER TABLE "App"."Users" ADD CONSTRAINT "Mail once" UNIQUE ("Mail") INCLUDE (age) DEFERRABLE', "expand switch"],
  ["ALTER TABLE bare ADD PRIMARY KEY (a)", "expand expand switch expand switch"],
  ["CREATE INDEX ON orders (customer_id)", "expand"],
  ["CREATE UNIQUE INDEX IF NOT EXISTS orders_email ON orders (lower(email)) WHERE email IS NOT NULL", "expand expand"],
  ['CREATE INDEX "Of age" ON "App"."Users" (age DESC NULLS LAST)', "expand"],
  ["CREATE INDEX events_kind ON events (kind, lower(kind))", "expand expand expand switch"],
  ["DROP INDEX orders_note", "expand"],
  ["REINDEX TABLE orders", "expand"],
  ["ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)", "expand expand"],
  ["ALTER TABLE orders ADD COLUMN rank int DEFAULT 7 CHECK (rank > 0)", "expand expand"],
  ["ALTER TABLE orders ADD COLUMN boss bigint DEFAULT 1 REFERENCES customers", "expand expand expand"],
  ["UPDATE orders SET note = 'x' WHERE note IS NULL", "backfill"],
  ["DELETE FROM orders WHERE note IS NULL", "backfill"],
  [
    "ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES FROM ('2025-03-01') TO ('2025-04-01')",
    "expand expand switch",
  ],
  [
    "ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM ('2025-03-01') TO (MAXVALUE)",
    "expand expand expand expand switch switch",
  ],
  ["ALTER TABLE events DETACH PARTITION events_1", "switch switch"],
  ["ALTER TABLE viewed RENAME TO shown", "expand contract"],
  ["ALTER TABLE viewed RENAME COLUMN other TO another", "expand backfill contract"],
  ["ALTER TABLE orders DROP COLUMN code", "expand contract"],
  ["DROP TABLE children", "contract"],
  [
    "ALTER TABLE orders ADD COLUMN region text; UPDATE orders SET region = upper(email); ALTER TABLE orders ALTER region SET NOT NULL",
    "expand backfill expand expand switch",
  ],
  [
    "ALTER TABLE orders ALTER email SET NOT NULL, ALTER note SET DEFAULT 'n', ADD CHECK (id > 0)",
    "expand expand switch expand expand",
  ],
  [
    "ALTER TABLE orders ADD a1 int; ALTER TABLE customers ADD a1 int; CREATE INDEX o ON orders (a1)",
    "expand expand expand",
  ],
  ["CREATE TABLE t (id bigint PRIMARY KEY REFERENCES customers); CREATE INDEX c ON customers (name)", "expand expand"],
  ["ALTER TYPE state ADD VALUE 'sent'; UPDATE states SET state = 'sent'", "expand backfill"],
  ["ALTER TABLE customers ADD COLUMN age int", "expand"],
];

export const REFUSED: readonly (readonly [string, RewriteRefusalCode])[] = [
  ["ALTER TABLE orders ADD COLUMN x int GENERATED ALWAYS AS (id + 1) STORED", "no-way"],
  ["ALTER TABLE orders ADD COLUMN x int GENERATED ALWAYS AS IDENTITY", "no-way"],
  ["ALTER TABLE orders ADD COLUMN x serial", "no-way"],
  ["VACUUM FULL orders", "no-way"],
  ["TRUNCATE orders", "no-way"],
  ["ALTER TABLE orders ADD EXCLUDE USING btree (id WITH =)", "no-way"],
  ["ALTER TABLE orders DISABLE TRIGGER ALL", "no-way"],
  ["ALTER TABLE orders ALTER id TYPE numeric", "no-kind"],
  ["ALTER TABLE orders ADD COLUMN x int NOT NULL", "no-value"],
  ["DO $$ BEGIN ALTER TABLE orders ALTER email SET NOT NULL; END $$", "nested"],
  ["ALTER TABLE ONLY orders ALTER email SET NOT NULL", "only"],
  ["ALTER TABLE events ADD PRIMARY KEY (id, at)", "partitioned"],
  ["ALTER TABLE orders DROP COLUMN note CASCADE", "cascade"],
  ["DROP TABLE viewed CASCADE", "cascade"],
  ["ALTER TABLE viewed DROP COLUMN title", "dependents"],
  ["UPDATE bare SET b = a", "backfill"],
  ["UPDATE events SET kind = 'x'", "backfill"],
  ["ALTER TABLE bare ADD COLUMN u uuid DEFAULT gen_random_uuid()", "backfill"],
  ['SET search_path = "App"; CREATE INDEX ON orders (email)', "session-setting"],
  ["ALTER TABLE orders RENAME COLUMN email TO note", "name-taken"],
  ["ALTER TABLE viewed RENAME TO titles", "name-taken"],
  ["ALTER TABLE parted DETACH PARTITION parted_1", "no-way"],
  ["DROP VIEW titles; CREATE INDEX v ON viewed (other); CREATE VIEW titles AS SELECT id, title FROM viewed", "depends"],
  ["ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders ADD COLUMN note int", "depends"],
  ["REINDEX (VERBOSE) TABLE orders", "form"],
  ["ALTER DOMAIN amount SET NOT NULL", "no-way"],
  ["ALTER TABLE orders ADD CHECK (id > 0", "unparsed"],
];
