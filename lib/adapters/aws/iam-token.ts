import { Signer } from "@aws-sdk/rds-signer";
import type { Endpoint } from "../pg/connection.js";
import type { Accounts } from "./accounts.js";

/** A token that RDS takes in place of a password for 15 minutes. It is computed here; only the role of another account is asked for. */
export function iamToken(accounts: Accounts): (endpoint: Endpoint, account: string | null) => Promise<string> {
  return ({ host, port, user }, account) => {
    const { region: own, credentials } = accounts.in(account);
    const region = regionOf(host) ?? own;
    return new Signer({
      hostname: host,
      port,
      username: user,
      ...(region === undefined ? {} : { region }),
      ...(credentials === undefined ? {} : { credentials }),
    }).getAuthToken();
  };
}

/** A token is for the region of its server, which may be another than the gate's. */
function regionOf(host: string): string | undefined {
  return /\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.rds\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}
