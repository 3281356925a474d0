const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Every aggregate of pg_catalog on PostgreSQL 13 to 19. Compared with the servers by test/core/postgres/aggregates.test.ts. */
const AGGREGATES: ReadonlySet<string> = new Set(
  words(`any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every json_agg
    json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict
    jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percent_rank percentile_cont
    percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
    regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`),
);

/** Every window function of pg_catalog. */
const WINDOWS: ReadonlySet<string> = new Set(
  words("cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number"),
);

/** Whether a function of pg_catalog is computed over several rows. */
export function isOverRows(name: string): boolean {
  return AGGREGATES.has(name) || WINDOWS.has(name);
}
