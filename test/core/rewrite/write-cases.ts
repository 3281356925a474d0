const KEYS = "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT g FROM generate_series(1, 50) g;";
const table = (columns: string) => `CREATE TABLE t (id bigint PRIMARY KEY, ${columns});`;
const filled = (columns: string, value: string) =>
  `${table(columns)} INSERT INTO t SELECT g, ${value} FROM generate_series(1, 30) g;`;
const HALF = "CASE WHEN g % 2 = 0 THEN g END";
const TWO = "CREATE TYPE c1 AS (a int, b int); CREATE TYPE c2 AS (a bigint, b bigint);";
const ROWS = `${TWO} ${filled("n c1", `ROW(g, ${HALF})::c1`)} INSERT INTO t VALUES (31, NULL), (32, ROW(NULL, NULL));`;
const STATES = "CREATE TYPE st AS ENUM ('a', 'b');";
const LONG = "n".repeat(63);
const BIGINT = "ALTER TABLE t ALTER n TYPE bigint";
const RENAME = "ALTER TABLE t RENAME n TO m";

export interface WriteCase {
  readonly name: string;
  readonly before: string;
  readonly migration: string;
  /** What the application writes after each step; $N is the number of the step. */
  readonly write: string;
  /** What it writes once the column has changed, and could not before. */
  readonly afterwards?: string;
}

const one = (name: string, before: string, migration: string, write: string, afterwards?: string): WriteCase => ({
  name,
  before,
  migration,
  write,
  ...(afterwards === undefined ? {} : { afterwards }),
});

const ENUM = [
  one(
    "an enum without a value, the type's name in its queries",
    `CREATE TYPE mood AS ENUM ('calm', 'lost', 'wild');
     ${filled("n mood NOT NULL DEFAULT 'calm', list mood[]", "'wild', '{calm}'")}`,
    `ALTER TYPE mood RENAME TO mood_old;
     CREATE TYPE mood AS ENUM ('wild', 'calm', 'new');
     ALTER TABLE t ALTER n DROP DEFAULT, ALTER n TYPE mood USING n::text::mood, ALTER n SET DEFAULT 'wild';
     ALTER TABLE t ALTER list TYPE mood[] USING list::text[]::mood[];
     DROP TYPE mood_old`,
    `INSERT INTO t (id, n) VALUES (100 + $N, 'calm'::mood);
     UPDATE t SET n = 'calm'::mood, list = ARRAY['wild', 'calm']::mood[] WHERE n = 'wild'::mood AND id = $N`,
    "INSERT INTO t (id, list) VALUES (200, '{new}'); UPDATE t SET n = 'new'::mood WHERE id = 30",
  ),
];

const COPY = one(
  "a copy of other columns into partitions, with rows that move between them",
  `CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at date NOT NULL, size int);
   INSERT INTO t (at, size) SELECT date '2025-01-01' + g, g FROM generate_series(1, 50) g`,
  `CREATE TABLE n (at date, id int, size int, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
   CREATE TABLE n1 PARTITION OF n FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
   CREATE TABLE n2 PARTITION OF n DEFAULT;
   LOCK TABLE t IN SHARE MODE;
   INSERT INTO n SELECT at, id, size FROM t;
   DROP TABLE t;
   ALTER TABLE n RENAME TO t;
   ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY;
   SELECT setval(pg_get_serial_sequence('t', 'id'), (SELECT max(id) FROM t))`,
  `INSERT INTO t (at, size) VALUES ('2025-03-01', 5); UPDATE t SET at = at + 31, size = size + 1 WHERE id IN ($N, 49);
   DELETE FROM t WHERE id = 20 + $N; UPDATE t SET size = 0 WHERE id = 50`,
);

const ACTIONS = [
  one(
    "ON DELETE SET NULL",
    `${KEYS} ${filled("n int REFERENCES p ON DELETE SET NULL", "g")}`,
    BIGINT,
    "DELETE FROM p WHERE id = $N",
  ),
  one(
    "ON UPDATE CASCADE",
    `${KEYS} ${filled("n int REFERENCES p ON UPDATE CASCADE", "g")}`,
    BIGINT,
    "UPDATE p SET id = id + 1000 WHERE id = $N",
  ),
  one(
    "a deferred action",
    `${KEYS} ${filled("n int REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED", "g")}`,
    BIGINT,
    "DELETE FROM p WHERE id = $N",
  ),
  one(
    "SET NULL of one column of two",
    `CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); INSERT INTO p SELECT g, g FROM generate_series(1, 50) g;
     ${table("a int, n int, FOREIGN KEY (a, n) REFERENCES p ON DELETE SET NULL (n)")} INSERT INTO t SELECT g, g, g FROM generate_series(1, 30) g;`,
    BIGINT,
    "DELETE FROM p WHERE a = $N",
  ),
  one(
    "a key of two columns that another table refers to",
    `CREATE TABLE t (a int, n int, x text, PRIMARY KEY (a, n)); INSERT INTO t SELECT g, g FROM generate_series(1, 50) g;
     CREATE TABLE c (id int PRIMARY KEY, a int, n int, CONSTRAINT "it's" FOREIGN KEY (a, n) REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE);
     INSERT INTO c SELECT g, g, g FROM generate_series(1, 30) g;`,
    BIGINT,
    "UPDATE t SET n = n + 100 WHERE a = $N; DELETE FROM t WHERE a = 20 + $N",
  ),
  one(
    "both sides of a key of the table with itself, one after the other",
    `CREATE TABLE t (id int PRIMARY KEY, n int REFERENCES t ON DELETE SET NULL (n)); INSERT INTO t SELECT g, CASE WHEN g > 1 THEN g - 1 END FROM generate_series(1, 50) g;`,
    "ALTER TABLE t ALTER id TYPE bigint; ALTER TABLE t ALTER n TYPE bigint",
    "DELETE FROM t WHERE id = 2 * $N",
  ),
  one(
    "the referring side of a key of the table with itself",
    `CREATE TABLE t (id int PRIMARY KEY, n int REFERENCES t ON DELETE SET NULL); INSERT INTO t SELECT g, CASE WHEN g > 1 THEN g - 1 END FROM generate_series(1, 50) g;`,
    BIGINT,
    "DELETE FROM t WHERE id = 2 * $N",
  ),
];

const TYPES = [
  one(
    "a domain with a CHECK",
    `CREATE DOMAIN d AS int CHECK (VALUE > 0); ${filled("n d", "g")}`,
    BIGINT,
    "INSERT INTO t (id, n) VALUES (100 + $N, 5)",
    "INSERT INTO t (id, n) VALUES (500, -5)",
  ),
  one(
    "rows with NULL in them",
    ROWS,
    "ALTER TABLE t ALTER n TYPE c2 USING ROW((n).a, (n).b)::c2",
    "UPDATE t SET n = n WHERE id = $N",
  ),
  one("a row to a field of it", ROWS, "ALTER TABLE t ALTER n TYPE int USING (n).a", "UPDATE t SET n = n WHERE id = $N"),
  one(
    "a value to a row",
    `${TWO} ${filled("n int", HALF)}`,
    "ALTER TABLE t ALTER n TYPE c2 USING ROW(n, n)::c2",
    "UPDATE t SET id = id WHERE id = $N",
  ),
  one(
    "json to jsonb",
    filled("n json", `CASE WHEN g % 2 = 0 THEN '{"a":1}'::json END`),
    "ALTER TABLE t ALTER n TYPE jsonb USING n::jsonb",
    `UPDATE t SET n = '{"b":2}' WHERE id = $N`,
  ),
  one(
    "jsonb to json",
    filled("n jsonb", `CASE WHEN g % 2 = 0 THEN '{"a":1}'::jsonb END`),
    "ALTER TABLE t ALTER n TYPE json USING n::json",
    `UPDATE t SET n = '{"b":2}' WHERE id = $N`,
  ),
  one(
    "arrays under a GIN index",
    `${filled("n int[] DEFAULT '{1}'", "ARRAY[g, NULL]")} CREATE INDEX ti ON t USING gin (n);`,
    "ALTER TABLE t ALTER n TYPE bigint[]",
    "UPDATE t SET n = '{5}' WHERE id = $N",
  ),
  one(
    "char with an operator class",
    `${filled("n char(5) DEFAULT 'a'", "'x'")} CREATE INDEX ti ON t (n bpchar_pattern_ops) WHERE n <> 'q';`,
    "ALTER TABLE t ALTER n TYPE char(10)",
    "UPDATE t SET n = 'y' WHERE id = $N",
    "INSERT INTO t (id, n) VALUES (500, 'abcdefgh')",
  ),
  one(
    "char to text, with the column included in its index",
    `${filled("n char(5) DEFAULT 'a'", "'x'")} CREATE UNIQUE INDEX ti ON t (n, id) INCLUDE (n) WHERE n <> 'q';`,
    "ALTER TABLE t ALTER n TYPE text",
    "UPDATE t SET n = 'y' WHERE id = $N",
    "INSERT INTO t (id, n) VALUES (500, 'abcdefgh')",
  ),
  one(
    "a smaller scale",
    filled("n numeric(10,4) DEFAULT 1.2345 CHECK (n > 0.001)", "g / 7.0"),
    "ALTER TABLE t ALTER n TYPE numeric(8,2)",
    "UPDATE t SET n = 2.3456 WHERE id = $N",
  ),
  one(
    "a shorter text",
    filled("n varchar(50)", "'x'"),
    "ALTER TABLE t ALTER n TYPE varchar(3)",
    "UPDATE t SET n = 'y' WHERE id = $N",
  ),
  one(
    "a time zone",
    filled("n timestamp NOT NULL DEFAULT '2020-01-01'", "timestamp '2025-01-01' + g * interval '1 h'"),
    "ALTER TABLE t ALTER n TYPE timestamptz USING n AT TIME ZONE 'UTC'",
    "UPDATE t SET n = '2024-01-01 00:00' WHERE id = $N",
  ),
  one(
    "text to numbers",
    filled("n text NOT NULL", "g"),
    "ALTER TABLE t ALTER n TYPE int USING nullif(n, '')::int",
    "UPDATE t SET n = '77' WHERE id = $N",
  ),
  one(
    "a storage of its own",
    `${table("n varchar(20)")} ALTER TABLE t ALTER n SET STORAGE EXTERNAL; INSERT INTO t SELECT g, g FROM generate_series(1, 30) g;`,
    "ALTER TABLE t ALTER n TYPE varchar(10)",
    "UPDATE t SET n = '77' WHERE id = $N",
  ),
  one(
    "a value of two columns",
    filled("n int, m int", "g, g"),
    "ALTER TABLE t ALTER n TYPE bigint USING n + m",
    "UPDATE t SET id = id WHERE id = $N",
  ),
  one(
    "a composite of another name with a field of the column's",
    `CREATE TYPE c1 AS (n int, b int); ${filled("n int, k c1, CHECK ((k).n > 0)", "g, ROW(1, 1)::c1")} CREATE INDEX ix ON t (((k).n), n);`,
    BIGINT,
    "INSERT INTO t (id, n) VALUES (100 + $N, 4)",
  ),
];

const OUT_IN = (type: string) =>
  `ALTER TABLE t ALTER n DROP DEFAULT; ALTER TABLE t ALTER n TYPE ${type}; ALTER TABLE t ALTER n SET DEFAULT 'b'`;

const VALUES = [
  one(
    "a default around the change, in one statement",
    `${STATES} ${filled("n text DEFAULT 'a' NOT NULL", "'a'")}`,
    "ALTER TABLE t ALTER n DROP DEFAULT, ALTER n TYPE st USING n::st, ALTER n SET DEFAULT 'b'",
    "INSERT INTO t (id, n) VALUES (100 + $N, 'b')",
  ),
  one(
    "a default around the change, in three",
    `${STATES} ${filled("n text DEFAULT 'a' NOT NULL", "'a'")}`,
    OUT_IN("st USING n::st"),
    "INSERT INTO t (id, n) VALUES (100 + $N, 'b')",
  ),
  one(
    "a default that rows get between the steps",
    `${STATES} ${filled("n text DEFAULT 'a' NOT NULL", "'a'")}`,
    OUT_IN("st USING n::st"),
    "INSERT INTO t (id) VALUES (100 + $N)",
  ),
  one(
    "an enum to text",
    `${STATES} ${filled("n st DEFAULT 'a' NOT NULL", "'a'")}`,
    OUT_IN("text"),
    "INSERT INTO t (id, n) VALUES (100 + $N, 'b')",
    "INSERT INTO t (id, n) VALUES (500, 'zzz')",
  ),
  one(
    "an identity with options",
    "CREATE TABLE t (n int GENERATED ALWAYS AS IDENTITY (START 5 MAXVALUE 1000 CYCLE CACHE 3), k int PRIMARY KEY); INSERT INTO t (k) SELECT g FROM generate_series(1, 30) g;",
    BIGINT,
    "INSERT INTO t (k) VALUES (100 + $N)",
  ),
  one(
    "an identity in quotes",
    `CREATE TABLE "T's" ("Id" int GENERATED ALWAYS AS IDENTITY, k int PRIMARY KEY); INSERT INTO "T's" (k) SELECT g FROM generate_series(1, 30) g;`,
    `ALTER TABLE "T's" ALTER "Id" TYPE bigint`,
    `INSERT INTO "T's" (k) VALUES (100 + $N)`,
  ),
  one(
    "a smallserial",
    "CREATE TABLE t (n smallserial PRIMARY KEY, k int); INSERT INTO t (k) SELECT g FROM generate_series(1, 30) g;",
    "ALTER TABLE t ALTER n TYPE int",
    "INSERT INTO t (k) VALUES (100 + $N)",
  ),
  one(
    "names in quotes",
    `CREATE SCHEMA "Ten'ant"; CREATE TABLE "Ten'ant"."Order" (id int PRIMARY KEY, "select" int DEFAULT 3 CONSTRAINT "a ""b" CHECK ("select" > 0) UNIQUE);
     INSERT INTO "Ten'ant"."Order" SELECT g, g FROM generate_series(1, 30) g; COMMENT ON COLUMN "Ten'ant"."Order"."select" IS 'x\\y'`,
    `ALTER TABLE "Ten'ant"."Order" ALTER "select" TYPE bigint`,
    `INSERT INTO "Ten'ant"."Order" (id, "select") VALUES (100 + $N, 100 + $N)`,
  ),
  one(
    "names of 63 bytes",
    `CREATE TABLE t (id int PRIMARY KEY, ${LONG} int NOT NULL DEFAULT 4); CREATE INDEX ${"i".repeat(63)} ON t (${LONG}); INSERT INTO t SELECT g, g FROM generate_series(1, 30) g;`,
    `ALTER TABLE t ALTER ${LONG} TYPE bigint`,
    "INSERT INTO t (id) VALUES (100 + $N)",
  ),
  one(
    "a partial unique index",
    `${table("n int, gone bool")} CREATE UNIQUE INDEX u ON t (n) WHERE NOT gone AND n > 3; INSERT INTO t SELECT g, g, false FROM generate_series(1, 30) g;`,
    BIGINT,
    "INSERT INTO t (id, n, gone) VALUES (100 + $N, 100 + $N, false)",
  ),
];

const RENAMES = [
  one(
    "a rename of json",
    filled("n json", `CASE WHEN g % 2 = 0 THEN '{"a":1}'::json END`),
    RENAME,
    `UPDATE t SET n = '{"b":2}' WHERE id = $N`,
  ),
  one("a rename of rows with NULL in them", ROWS, RENAME, "UPDATE t SET n = ROW(7, NULL) WHERE id = $N"),
  one("a rename with a default", filled("n int DEFAULT 7, k int", "g"), RENAME, "INSERT INTO t (id) VALUES (100 + $N)"),
  one(
    "a rename of what an action sets",
    `${KEYS} ${filled("n int REFERENCES p ON DELETE SET NULL", "g")}`,
    RENAME,
    "DELETE FROM p WHERE id = $N",
  ),
  one("a rename of what is set to NULL", filled("n int, k int", "g"), RENAME, "UPDATE t SET n = NULL WHERE id = $N"),
  one(
    "a rename of values that are equal and not the same",
    filled("n interval, k int", "'1 day'"),
    RENAME,
    "UPDATE t SET n = '24:00' WHERE id = $N",
  ),
];

export const WRITE_CASES: readonly WriteCase[] = [...ENUM, COPY, ...ACTIONS, ...TYPES, ...VALUES, ...RENAMES];
