import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { SecretError, type Secrets } from "../../ports/secrets.js";

/** Secrets of one machine: environment variables and files. */
export function localSecrets(environment: Readonly<Record<string, string | undefined>>, directory: string): Secrets {
  return {
    async resolve(reference) {
      const at = reference.indexOf(":");
      const [scheme, name] = [reference.slice(0, at), reference.slice(at + 1)];
      if (scheme === "env") {
        const value = environment[name];
        if (value === undefined || value === "") throw new SecretError(`the environment variable ${name} is not set`);
        return value;
      }
      if (scheme === "file") {
        try {
          return (await readFile(resolve(directory, name), "utf8")).trimEnd();
        } catch (error) {
          throw new SecretError(`the secret file ${name} could not be read: ${(error as NodeJS.ErrnoException).code}`);
        }
      }
      throw new SecretError(
        `the secret reference ${scheme}: cannot be used on this machine; use env:NAME or file:PATH`,
      );
    },
  };
}
