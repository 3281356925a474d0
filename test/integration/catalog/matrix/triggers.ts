import { alteredOf, gone, type MatrixEntry, made, NOTE } from "./entry.js";

const watcher = alteredOf("event trigger", "watcher");
const touch = alteredOf("trigger", "app.users.users_touch");
const another = (definition: string) => `drop trigger users_touch on app.users; create ${definition}`;
const mine = alteredOf("policy", "app.users.mine");
const noDelete = alteredOf("rule", "app.parent.no_delete");

/** Triggers, rules, policies and event triggers. */
export const TRIGGERS: readonly MatrixEntry[] = [
  made(
    "trigger",
    "app.orders.orders_touch",
    "create trigger orders_touch before insert on app.orders for each row execute function app.touch()",
  ),
  gone("trigger", "app.users.users_touch", "drop trigger users_touch on app.users"),
  touch("enabled", "alter table app.users disable trigger users_touch"),
  touch("enabled", "alter table app.users enable always trigger users_touch"),
  touch(
    "definition",
    "drop trigger users_touch on app.users; create trigger users_touch before update on app.users for each row when (old.quota is distinct from new.quota) execute function app.touch()",
    { name: "trigger condition" },
  ),
  made("rule", "app.parent.no_update", "create rule no_update as on update to app.parent do instead nothing"),
  gone("rule", "app.parent.no_delete", "drop rule no_delete on app.parent"),
  noDelete("enabled", "alter table app.parent disable rule no_delete"),
  made("policy", "app.users.theirs", "create policy theirs on app.users for select to matrix_reader using (true)"),
  gone("policy", "app.users.mine", "drop policy mine on app.users"),
  mine("using", "alter policy mine on app.users using (id > 1)"),
  mine("roles", "alter policy mine on app.users to matrix_reader"),
  touch("enabled", "alter table app.users enable replica trigger users_touch"),
  touch(
    "definition",
    another("trigger users_touch after update on app.users for each row execute function app.touch()"),
    { name: "after instead of before" },
  ),
  touch(
    "definition",
    another("trigger users_touch before update or insert on app.users for each row execute function app.touch()"),
    { name: "one event more" },
  ),
  touch(
    "definition",
    another("trigger users_touch before update of name on app.users for each row execute function app.touch()"),
    { name: "update of" },
  ),
  touch(
    "definition",
    another("trigger users_touch before update on app.users for each statement execute function app.touch()"),
    { name: "for each statement" },
  ),
  touch(
    "definition",
    another("trigger users_touch before update on app.users for each row execute function app.touch('x')"),
    { name: "trigger argument" },
  ),
  touch(
    "definition",
    another(
      "trigger users_touch after update on app.users referencing old table as o new table as n for each statement execute function app.touch()",
    ),
    { name: "transition tables" },
  ),
  touch(
    "definition",
    another(
      "constraint trigger users_touch after update on app.users deferrable initially deferred for each row execute function app.touch()",
    ),
    { name: "constraint trigger" },
  ),
  touch("comment", "comment on trigger users_touch on app.users is 't'", NOTE),
  touch("dependsOnExtensions", "alter trigger users_touch on app.users depends on extension citext"),
  gone("trigger", "app.users.users_touch", "alter trigger users_touch on app.users rename to touched", {
    name: "rename trigger",
  }),
  made(
    "trigger",
    "app.active.instead",
    "create trigger instead instead of insert on app.active for each row execute function app.touch()",
  ),
  made("trigger", "app.events_2026.events_touch", "alter table app.events_2026 disable trigger events_touch", {
    name: "disabled on one partition",
  }),
  made(
    "trigger",
    "app.distant.far",
    "create trigger far before insert on app.distant for each row execute function app.touch()",
  ),
  noDelete("definition", "create or replace rule no_delete as on delete to app.parent do also nothing", {
    name: "also instead of instead",
  }),
  noDelete(
    "definition",
    "create or replace rule no_delete as on delete to app.parent where old.a > 1 do instead nothing",
    { name: "rule condition" },
  ),
  noDelete("enabled", "alter table app.parent enable always rule no_delete"),
  noDelete("comment", "comment on rule no_delete on app.parent is 'r'", NOTE),
  made("rule", "app.active.log", "create rule log as on insert to app.active do instead select 1", {
    name: "rule of a view",
  }),
  mine("permissive", "drop policy mine on app.users; create policy mine on app.users as restrictive using (id > 0)", {
    name: "restrictive",
  }),
  mine("command", "drop policy mine on app.users; create policy mine on app.users for select using (id > 0)", {
    name: "for select",
  }),
  mine("check", "alter policy mine on app.users with check (id > 5)"),
  mine("comment", "comment on policy mine on app.users is 'p'", NOTE),
  gone("policy", "app.users.mine", "alter policy mine on app.users rename to yours", { name: "rename policy" }),
  made("event trigger", "dropper", "create event trigger dropper on sql_drop execute function app.watch()"),
  watcher(
    "tags",
    "drop event trigger watcher; create event trigger watcher on ddl_command_end when tag in ('CREATE TABLE') execute function app.watch()",
    { name: "tags" },
  ),
  watcher(
    "event",
    "drop event trigger watcher; create event trigger watcher on ddl_command_start execute function app.watch()",
    { name: "another event" },
  ),
  watcher("comment", "comment on event trigger watcher is 'w'", NOTE),
  gone("event trigger", "watcher", "drop event trigger watcher"),
  watcher("enabled", "alter event trigger watcher disable"),
];
