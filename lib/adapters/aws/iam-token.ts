import { Signer } from "@aws-sdk/rds-signer";
import type { Endpoint } from "../pg/connection.js";

/** A token that RDS accepts instead of a password for 15 minutes. It is computed here, without any request. */
export function iamToken(region: string | undefined): (endpoint: Endpoint) => Promise<string> {
  return ({ host, port, user }) =>
    new Signer({ hostname: host, port, username: user, ...(region === undefined ? {} : { region }) }).getAuthToken();
}
