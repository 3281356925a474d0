import { type Major, onServer } from "./postgres.js";

/** As whom the gate signs in: the server's superuser, or a login that owns its database and has nothing else. */
export const LOGINS = ["superuser", "least-privilege"] as const;
export type Login = (typeof LOGINS)[number];

const LESSER = "lesser_gate";

/** Makes the role of the login; before a setup that is made `as` it. */
export async function makeLogin(major: Major, login: Login): Promise<void> {
  if (login === "superuser") return;
  await onServer(
    major,
    `do $$ begin create role ${LESSER} login nosuperuser createdb password 'x'; exception when duplicate_object or unique_violation then null; end $$`,
  );
}

/** A setup whose objects the login owns, in a database of a superuser's. */
export function setupAs(login: Login, setup: string): string {
  if (login === "superuser") return setup;
  return `do $$ begin execute format('alter database %I owner to ${LESSER}', current_database()); end $$; set role ${LESSER}; ${setup}; reset role`;
}

/** The database as the login reaches it. */
export function urlAs(login: Login, url: string): string {
  if (login === "superuser") return url;
  const own = new URL(url);
  Object.assign(own, { username: LESSER, password: "x" });
  return own.toString();
}
