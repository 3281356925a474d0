/** What reaches beyond the database, each put together so that no list of texts sees it; `%1$s` is a file, `%2$s` a backend, `%3$s` a name. */
const REACHES: readonly string[] = [
  "'co' || 'py (select 1) to pro' || 'gram ''touch %1$s'''",
  "'co' || 'py (select 1) to ''%1$s'''",
  "'create temp table loot (a text); co' || 'py loot from ''/etc/hosts'''",
  "'select pg_re' || 'ad_file(''/etc/hosts'')'",
  "'select lo_im' || 'port(''/etc/hosts'')'",
  "'select lo_ex' || 'port(lo_from_bytea(0, ''x''), ''%1$s'')'",
  "'alter sys' || 'tem set cluster_name = ''%3$s'''",
  "'create ro' || 'le %3$s superuser'",
  "'alter ro' || 'le postgres set work_mem = ''65kB'''",
  "'select 1 / pg_termi' || 'nate_backend(%2$s)::int'",
  "'create exten' || 'sion file_fdw; create server f foreign data wrapper file_fdw; create foreign table loot2 (a text) server f options (filename ''/etc/hosts''); select * from loot2'",
  "'select * from dbli' || 'nk(''dbname=postgres'', ''select 1'') as t(a int)'",
  "'create exten' || 'sion postgres_fdw; create server p foreign data wrapper postgres_fdw options (dbname ''postgres''); create user mapping for current_user server p options (user ''postgres''); create foreign table away (rolname name) server p options (schema_name ''pg_catalog'', table_name ''pg_authid''); select * from away'",
  "'set session author' || 'ization postgres'",
  "'lo' || 'ad ''dblink'''",
  "'alter data' || 'base postgres set work_mem = ''65kB'''",
  "'create lang' || 'uage plperlu'",
  "'create func' || 'tion shell(text) returns int language c as ''libc.so.6'', ''system'''",
  "'create func' || 'tion inner_read(text) returns text language internal as ''pg_read_file_all'''",
  "'create subscrip' || 'tion away connection ''dbname=postgres'' publication p with (connect = false)'",
  "'create publica' || 'tion everything for all tables'",
  "'select pg_ls_' || 'dir(''.'')'",
  "'select pg_reload_' || 'conf()'",
  "'select pg_create_physical_replica' || 'tion_slot(''%3$s'')'",
  "'select pg_stat_reset_sh' || 'ared(''bgwriter'')'",
  "'set session_preload_' || 'libraries = ''dblink'''",
  "'create event tri' || 'gger later on ddl_command_end execute function evil_event()'",
  "'alter func' || 'tion evil_sum(int, int) owner to postgres'",
  "'comment on data' || 'base postgres is ''%3$s'''",
  "'grant pg_execute_server_pro' || 'gram to ' || quote_ident(session_user)",
];

/**
 * A function that tries them all, as its caller and as whoever it can become, and fails by name when one comes through. What tries is volatile: in
 * another function PostgreSQL executes queries only.
 */
export function evil(file: string, victim: number, name: string): string {
  const tries = REACHES.map(
    (text, at) =>
      `begin execute ${text.replaceAll("%1$s", file).replaceAll("%2$s", String(victim)).replaceAll("%3$s", name)}; done := done || ' ${at}'; exception when others then null; end;`,
  ).join("\n");
  return `create function evil_act() returns int language plpgsql volatile as $evil$ declare done text := '';
begin
  begin perform set_config('ro' || 'le', 'none', true); exception when others then null; end;
  ${tries}
  begin perform set_config('ro' || 'le', 'none', false); exception when others then null; end;
  if done <> '' then raise exception 'OUT%', 'SIDE:' || done; end if;
  return 1;
end $evil$;
create function evil(i int) returns int language plpgsql immutable as $$ begin return evil_act(); end $$;
create function evil_event() returns event_trigger language plpgsql as $$ begin end $$;
create function evil_sum(i int, j int) returns int language sql immutable as $$ select evil(1) $$;
create function evil_row() returns trigger language plpgsql as $$ begin perform evil(1); return new; end $$`;
}

/** Makes the role of a cloud's administrators, which others on the server may want as well: it stays. */
export function cloudRole(name: string): string {
  return `do $$ begin create role ${name}; exception when duplicate_object or unique_violation then null; end $$`;
}
