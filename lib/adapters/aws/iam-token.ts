import { Signer } from "@aws-sdk/rds-signer";
import type { Endpoint } from "../pg/connection.js";

/** A token that RDS takes in place of a password for 15 minutes. It is computed here; no request is made. */
export function iamToken(own: string | undefined): (endpoint: Endpoint) => Promise<string> {
  return ({ host, port, user }) => {
    const region = regionOf(host) ?? own;
    return new Signer({
      hostname: host,
      port,
      username: user,
      ...(region === undefined ? {} : { region }),
    }).getAuthToken();
  };
}

/** A token is for the region of its server, which may be another than the gate's. */
function regionOf(host: string): string | undefined {
  return /\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.rds\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
}
