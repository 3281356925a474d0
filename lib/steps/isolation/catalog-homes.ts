/** By catalog, the column that holds the schema of an object. */
export const IN_SCHEMA = {
  pg_class: "relnamespace",
  pg_proc: "pronamespace",
  pg_type: "typnamespace",
  pg_operator: "oprnamespace",
  pg_opclass: "opcnamespace",
  pg_opfamily: "opfnamespace",
  pg_constraint: "connamespace",
  pg_collation: "collnamespace",
  pg_conversion: "connamespace",
  pg_statistic_ext: "stxnamespace",
  pg_ts_config: "cfgnamespace",
  pg_ts_dict: "dictnamespace",
  pg_ts_parser: "prsnamespace",
  pg_ts_template: "tmplnamespace",
} as const;

/** Parts of an object that are rows of their own: their catalog, its column that names the object, and the object's catalog. */
export const PARTS: readonly (readonly [string, string, keyof typeof IN_SCHEMA])[] = [
  ["pg_enum", "enumtypid", "pg_type"],
  ["pg_ts_config_map", "mapcfg", "pg_ts_config"],
  ["pg_amop", "amopfamily", "pg_opfamily"],
  ["pg_amproc", "amprocfamily", "pg_opfamily"],
];

/** What depends on something for its table. */
export const ON_TABLES = {
  pg_attrdef: "adrelid",
  pg_trigger: "tgrelid",
  pg_rewrite: "ev_class",
  pg_policy: "polrelid",
} as const;
