import { stringify } from "yaml";

export interface ConfigAnswers {
  readonly migrations: string;
  /** Null: it is detected at each run. */
  readonly convention: string | null;
  readonly registry: { readonly file: string } | { readonly url: string; readonly sql: string };
  readonly approvers: readonly string[];
  /** Null: clones are made next to the tenants. */
  readonly staging: string | null;
}

/**
 * A `schema-gate.yaml` with every setting explained. `#name: value` at the start of a line is a default, `# name: value` an example: either
 * becomes valid YAML once its `#`, or `# `, is removed.
 */
export function configText(answers: ConfigAnswers): string {
  return `# Schema Gate: what to migrate, where, and how carefully. Settings behind "#" show their defaults, those behind "# " are examples.
# Check this file and the way to the databases: schema-gate doctor

# The folder of the migrations, relative to this file.
migrations: ${scalar(answers.migrations)}
${answers.convention === null ? "#convention: auto" : `convention: ${scalar(answers.convention)}`}

# A program of your own that migrates the database in DATABASE_URL, where your migrations cannot be read: docs/migrator.md
# migrator: { command: [./target/release/migrate, up], timeout: 15min }

# The tenants: a CSV, JSON or YAML file with id, url and optionally group, schema, role, replica, subscriber; or a query that returns them.
registry:
${registry(answers.registry)}

# What the tenants' URLs leave open. Secrets are named, never written here: env:NAME or file:PATH.
# connection:
#   user: schema_gate
#   role: app_owner               # the role that owns the tables; user is a member of it: docs/roles.md
#   password: env:SCHEMA_GATE_PASSWORD
#   hosts: ["*.db.example.com"]   # which servers may get it; localhost always may
#   tls: true

# Tenants that are left out until a day, such as one that cannot be reached.
# exempt:
#   - { tenant: t_61, reason: its server moves, expires: 2027-01-31, by: ada }

# How many connections one database server gives to Schema Gate.
#connectionsPerHost: 4

# Where clones for the dry run are made: on the tenants' own server, or on one that holds a copy of them.
staging:
${answers.staging === null ? "  mode: same host" : `  mode: server\n  url: ${scalar(answers.staging)}`}

#timeouts:
#  # Reading a tenant's catalog; one probe in one tenant; the dry run of one cluster.
#  read: 30s
#  probe: 60s
#  dryRun: 30min

# Risk from 0 to 1: from ask on a person decides, from quorum on several, from block on nobody can.
#thresholds:
#  ask: 0
#  quorum: 0.4
#  block: 0.7

approval:
  # Who may approve, by the login on this machine. The person who asks never may.
  approvers:
${(answers.approvers.length === 0 ? [NOBODY_YET] : answers.approvers).map((id) => `    - id: ${scalar(id)}\n`).join("")}#  # Approvals needed when the score is above thresholds.quorum.
#  quorum: 2
#  expires: 24h
#  # How old an approval may be when a rollout begins or is resumed.
#  validFor: 3d

#rollout:
#  # The first wave: so many tenants, or the name of a group. Each further wave is growth times as large, up to maxWave.
#  canary: 1
#  growth: 3
#  maxWave: 100
#  # The share of a wave that may fail, or wait in vain for a lock, before the rollout stops.
#  failureRate: 0
#  lockTimeoutRate: 0.1
#  # What happens then: halt, rollback wave, or rollback all.
#  onFailure: halt
#  lockTimeout: 2s
#  statementTimeout: 15min
#  attempts: 5
#  # How long a server that restarts or fails over is waited for.
#  waitForServer: 5min
#  # Groups in the order in which they go, each with a window: - { name: eu, window: "Sat 02:00-05:00 Europe/Berlin" }
#  groups: []

#rollback:
#  # What one migration may copy aside in one tenant, so that what it destroys can be restored. Above it, it is impossible to undo.
#  keepLimit: 1GB
#  # Migrations that may run although they cannot be taken back: the code and the line that the finding prints.
#  accept: []

# Intended differences from the declared schema, each with a reason and a last day.
# drift:
#   allow:
#     - tenant: 042-prod
#       object: app.users.nickname
#       reason: kept for their own report until they move
#       expires: 2027-01-31

# Statements that may run although they were not understood, by the hash that the finding names.
#accept: []

# The queries of the application's versions that are deployed: docs/queries.md
# workload: { versions: [v1.8, v1.9], statistics: true, required: false }

# Databases of new tenants are copied from a template that is kept on each server: docs/provision.md
#provision:
#  template: false

# A file of metrics about the newest run, for the node exporter of Prometheus: docs/monitoring.md
# metrics: { textfile: /var/lib/node_exporter/textfile/schema_gate.prom }

# Who is told every event of a run's audit trail, signed: docs/monitoring.md
# webhooks:
#   - url: https://hooks.example.com/schema-gate
#     secret: env:WEBHOOK_SECRET
#     actions: [approval., breaker.opened, run.finished]

# Rules of lint: findings that are known, each with a reason and a last day; modules with rules of your own, relative to this file.
# lint:
#   waivers:
#     - rule: SG045
#       subject: users_email_idx
#       reason: the table has forty rows
#       expires: 2027-01-31
#   rules: []
`;
}

/** Used if nobody was named; no login has this name. */
const NOBODY_YET = "login-of-an-approver";

function registry(from: ConfigAnswers["registry"]): string {
  if ("file" in from) return `  file: ${scalar(from.file)}`;
  return `  query:\n    url: ${scalar(from.url)}\n    sql: ${scalar(from.sql)}`;
}

function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
