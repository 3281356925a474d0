const words = (text: string) => text.trim().split(/\s+/);

/**
 * Functions that are harmless in one's own text, but in somebody else's act, or reveal something, with the caller's rights. Compared with the servers
 * by test/core/postgres/caller-reads.test.ts, as are the views.
 */
export const CALLER_READS: readonly string[] =
  words(`set_config setval lo_get table_to_xml table_to_xmlschema table_to_xml_and_xmlschema
    schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema database_to_xml_and_xmlschema
    pg_show_all_settings pg_config pg_stat_get_activity pg_stat_get_backend_activity pg_stat_get_backend_client_addr
    pg_stat_get_backend_client_port pg_stat_get_wal_senders pg_stat_get_wal_receiver pg_stat_get_subscription
    pg_replication_origin_oid`);

/** PostgreSQL's own views that show more to those with more rights: other tenants' queries and values, passwords, the server's files. */
export const CALLER_VIEWS: readonly string[] =
  words(`pg_settings pg_stat_activity pg_stat_replication pg_stat_ssl pg_stat_gssapi pg_stat_subscription pg_stat_wal_receiver
    pg_stats pg_stats_ext pg_stats_ext_exprs pg_user_mappings user_mapping_options`);

/** Functions that run a text, in core and in contrib, including trusted extensions. */
export const RUNS_TEXT: readonly string[] =
  words(`query_to_xml query_to_xmlschema query_to_xml_and_xmlschema ts_stat ts_rewrite crosstab crosstab2 crosstab3 crosstab4
    connectby xpath_table`);

/** Trigger functions of trusted extensions that act on what the rows name: anybody's large objects. */
export const ACTING_TRIGGERS: readonly string[] = ["lo_manage"];

/** Settings that only a superuser and a member of pg_read_all_settings may read. */
export const HIDDEN_SETTINGS: readonly string[] =
  words(`config_file data_directory dynamic_library_path extension_control_path external_pid_file hba_file hosts_file ident_file jit_provider
    krb_server_keyfile log_directory log_filename oauth_validator_libraries output_plugin_libraries primary_conninfo session_preload_libraries
    shared_preload_libraries ssl_ciphers ssl_dh_params_file ssl_ecdh_curve ssl_groups ssl_max_protocol_version ssl_min_protocol_version ssl_sni
    ssl_passphrase_command ssl_tls13_ciphers stats_temp_directory unix_socket_directories`);
