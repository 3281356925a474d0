import { resolve } from "node:path";
import { isSecretReference } from "../../core/config/secret-reference.js";
import { digest } from "../../core/json.js";
import { commandLine, type MigratorCommand } from "../../core/migration/migrator-command.js";
import { PROGRAM_SESSIONS } from "../../core/migration/program-sessions.js";
import { redact } from "../../core/redact.js";
import { pathOfSchema } from "../../core/sql/own-path.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { type Migrator, MigratorFailed, type MigratorOptions } from "../../ports/migrator.js";
import { SecretError, type Secrets } from "../../ports/secrets.js";
import { type Endpoint, endpointOfSession } from "../pg/connection.js";
import { startupRole } from "../pg/session-role.js";
import { UnsafeFileError } from "./private-files.js";
import { type ProgramEnd, runProgram } from "./run-program.js";

/** The program's sessions have this name, so that none outlives the program or waits for a lock longer than it may. */
function applicationFor(schema: string | null): string {
  return schema === null ? "schema-gate-migrator" : `schema-gate-migrator ${digest(schema).slice(0, 16)}`;
}

/** Passed on from our own environment: what programs need to start, and nothing of ours. */
const INHERITED = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"];

export interface LocalMigratorOptions {
  readonly secrets: Secrets;
  /** The config's folder: where the program runs, and what its path is relative to. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** SHA-256 over everything that the program executes, as it is now. */
  readonly seal: () => Promise<string>;
}

/** Runs a team's own program on this machine. */
export function localMigrator(options: LocalMigratorOptions): Migrator {
  return {
    application: applicationFor,
    async run(session, command, settings) {
      const endpoint = endpointOfSession(session);
      const hidden = endpoint.password === undefined ? [] : [endpoint.password];
      const own = await ownEnvironment(options.secrets, command, hidden);
      await refuseAnother(command, options.seal, "is not the one that the run began with");
      await endSessions(session, settings);
      const inherited = INHERITED.flatMap((name) => {
        const value = options.environment[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      const ended = await runProgram({
        argv: [programPath(command, options.directory), ...command.argv.slice(1)],
        directory: options.directory,
        environment: {
          ...Object.fromEntries(inherited),
          // What it would write besides its own files is not part of what was sealed.
          PYTHONDONTWRITEBYTECODE: "1",
          ...own,
          DATABASE_URL: databaseUrl(endpoint, session.role, settings),
        },
        timeout: command.timeout,
        ...(settings.signal ? { signal: settings.signal } : {}),
      });
      const output = redact(ended.output, hidden);
      await endSessions(session, settings);
      await refuseAnother(command, options.seal, "was exchanged while it ran, so nobody knows what ran", output);
      if (ended.status === "ended" && ended.code === 0) return output;
      throw new MigratorFailed(redact(reasonOf(command, ended, output), hidden), output);
    },
  };
}

/** The config's own variables; the values of secrets are added to the list of what must not be shown. */
async function ownEnvironment(
  secrets: Secrets,
  { environment }: MigratorCommand,
  hidden: string[],
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!isSecretReference(value)) {
      values[name] = value;
      continue;
    }
    try {
      const secret = await secrets.resolve(value);
      hidden.push(secret);
      values[name] = secret;
    } catch (error) {
      if (error instanceof SecretError) throw new MigratorFailed(`the migrator needs a secret: ${error.message}`, "");
      throw error;
    }
  }
  return values;
}

/** Exactly these files were gated and approved; they are checked before and after each call. */
async function refuseAnother(
  command: MigratorCommand,
  seal: () => Promise<string>,
  problem: string,
  output = "",
): Promise<void> {
  if (command.sha256 === null) return;
  const now = await seal().catch((error) => {
    if (error instanceof UnsafeFileError) throw new MigratorFailed(error.message, output);
    throw error;
  });
  if (now === command.sha256) return;
  const what = "the program, a file among its arguments, what they import, the migrations' folder or migrator.files";
  throw new MigratorFailed(`the migrator ${command.argv[0]} ${problem}: ${what} was changed`, output);
}

/** A name without a slash is looked up on the PATH, any other is relative to the config. */
function programPath({ argv }: Pick<MigratorCommand, "argv">, directory: string): string {
  const [program = ""] = argv;
  return program.includes("/") ? resolve(directory, program) : program;
}

function databaseUrl(
  endpoint: Endpoint,
  role: string | null,
  { schema, shared, lockTimeout }: MigratorOptions,
): string {
  const { host, port, database, user, password, tls } = endpoint;
  const auth = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(":");
  const server = host.includes(":") ? `[${host}]` : encodeURIComponent(host);
  const path = schema === null ? "" : ` -c search_path=${pathOfSchema(schema, shared).replace(/[\\ ]/g, "\\$&")}`;
  const parameters = new URLSearchParams({
    sslmode: tls ? "verify-full" : "disable",
    application_name: applicationFor(schema),
    options: `-c lock_timeout=${lockTimeout}${path}${role === null ? "" : ` ${startupRole(role)}`}`,
  });
  const query = parameters.toString().replaceAll("+", "%20");
  return `postgres://${auth}@${server}:${port}/${encodeURIComponent(database)}?${query}`;
}

/** A backend continues its statement after its client is gone, so it is ended too: by the login, which owns the session. */
async function endSessions(session: Session, { schema, since }: MigratorOptions): Promise<void> {
  const program = [applicationFor(schema), since];
  try {
    await session.script("begin; set local role none");
    await session.query(`select pg_terminate_backend(p.pid) from (${PROGRAM_SESSIONS}) p`, program);
    await session.script("commit");
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback").catch(() => {});
  }
}

function reasonOf(command: MigratorCommand, ended: ProgramEnd, output: string): string {
  const line = commandLine(command);
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const said = last === "" ? "" : `; the last it said: ${last.slice(0, 300)}`;
  switch (ended.status) {
    case "not started":
      return `the migrator ${line} could not be started: ${ended.reason}`;
    case "timed out":
      return `the migrator ${line} did not end within ${command.timeout / 1000} s and was stopped${said}`;
    case "stopped":
      return `the migrator ${line} was stopped${said}`;
    default:
      return ended.code === null
        ? `the migrator ${line} was ended by a signal${said}`
        : `the migrator ${line} ended with code ${ended.code}${said}`;
  }
}
