import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { ClientSettings } from "./clients.js";

const ROLE = /^arn:[^:]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const REGION = /^arn:[^:]+:[^:]*:([a-z0-9-]+):/;

/** Whether a text is the ARN of a role that can be assumed, such as `arn:aws:iam::222222222222:role/schema-gate`. */
export function isRoleArn(text: string): boolean {
  return ROLE.test(text);
}

/** The region in the ARN of a secret or a cluster, which may be another than the gate's; nothing for a name. */
export function regionOf(arn: string): Pick<ClientSettings, "region"> {
  const region = REGION.exec(arn)?.[1];
  return region === undefined ? {} : { region };
}

/** How long before their end credentials are not used any more. */
const MARGIN_MS = 300_000;

type Credentials = ReturnType<typeof fromTemporaryCredentials>;

/** Asks once for what many clients use, and again when it ends. */
function kept(ask: Credentials): Credentials {
  let last: { readonly asked: ReturnType<Credentials>; until: number } | null = null;
  return (given) => {
    if (last !== null && Date.now() < last.until) return last.asked;
    const entry = { asked: ask(given), until: Number.POSITIVE_INFINITY };
    last = entry;
    entry.asked.then(
      ({ expiration }) => {
        entry.until = (expiration?.getTime() ?? entry.until) - MARGIN_MS;
      },
      () => {
        last = null;
      },
    );
    return entry.asked;
  };
}

/** The roles of other accounts that one process has assumed. */
export class Accounts {
  private readonly assumed = new Map<string, ClientSettings>();

  constructor(private readonly settings: ClientSettings) {}

  /** Settings of clients for what is in the account of `role`; null: in the gate's own. */
  in(role: string | null): ClientSettings {
    if (role === null) return this.settings;
    const known = this.assumed.get(role);
    if (known) return known;
    const { region, endpoint, maxAttempts } = this.settings;
    const credentials = fromTemporaryCredentials({
      params: { RoleArn: role, RoleSessionName: "schema-gate" },
      clientConfig: { maxAttempts, ...(region && { region }), ...(endpoint && { endpoint }) },
    });
    const settings = { ...this.settings, credentials: kept(credentials) };
    this.assumed.set(role, settings);
    return settings;
  }
}
