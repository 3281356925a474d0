import { readableName } from "../../../sql/readable-name.js";

/** ALTER DOMAIN … ADD … NOT VALID, then VALIDATE. `parts`: those of the domain's name. */
export function notValidDomainForm(
  add: string,
  parts: readonly string[],
  constraint: string,
): readonly [string, string] {
  const domain = parts.map(readableName).join(".");
  return [`${add.trimEnd()} NOT VALID`, `ALTER DOMAIN ${domain} VALIDATE CONSTRAINT ${readableName(constraint)}`];
}
