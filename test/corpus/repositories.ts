/** Public repositories that are measured when they lie in the folder of `SCHEMA_GATE_CORPUS`, each under its own name. */
export interface CorpusRepository {
  readonly name: string;
  readonly folder: string;
  /** Where the application's own idea of the tables stands. */
  readonly application: string | null;
  /** The generated SQL is run on an empty database. */
  readonly runs: boolean;
  /** Statements that are known not to be understood; a measurement above it fails, and one below it too. */
  readonly opaque: number;
  /** Columns that the application sees otherwise than its own migrations leave them; docs/coverage.md says why. */
  readonly differences: number;
}

export const REPOSITORIES: readonly CorpusRepository[] = [
  {
    name: "ryot",
    folder: "crates/migrations/sql",
    application: "crates/models/database/src",
    runs: true,
    opaque: 0,
    differences: 2,
  },
  {
    name: "risingwave",
    folder: "src/meta/model/migration",
    application: "src/meta/model/src",
    runs: true,
    opaque: 9,
    differences: 11,
  },
  {
    name: "loco",
    folder: "loco-new/base_template/migration",
    application: null,
    runs: true,
    opaque: 0,
    differences: 0,
  },
  ...[
    ["actix_example", 0],
    ["axum_example", 0],
    ["graphql_example", 0],
    ["jsonrpsee_example", 0],
    ["loco_example", 0],
    ["loco_seaography", 0],
    ["loco_starter", 0],
    ["poem_example", 0],
    ["rocket_example", 0],
    ["rocket_okapi_example", 0],
    ["salvo_example", 0],
    ["seaography_example", 28],
    ["tonic_example", 0],
    ["react_admin/backend", 0],
  ].map(([example, opaque]) => ({
    name: "sea-orm",
    folder: `examples/${example}/migration`,
    application: null,
    runs: true,
    opaque: Number(opaque),
    differences: 0,
  })),
  {
    name: "pict-rs",
    folder: "src/repo/postgres/migrations",
    application: "src/repo/postgres",
    runs: true,
    opaque: 0,
    differences: 0,
  },
  {
    name: "crates.io",
    folder: "migrations",
    application: "crates/crates_io_database/src",
    runs: true,
    opaque: 1,
    differences: 0,
  },
  {
    name: "Plume",
    folder: "migrations/postgres",
    application: "plume-models/src",
    runs: true,
    opaque: 0,
    differences: 0,
  },
  {
    name: "svix-webhooks",
    folder: "server/svix-server/migrations",
    application: "server/svix-server/src/db",
    runs: true,
    opaque: 0,
    differences: 0,
  },
];
