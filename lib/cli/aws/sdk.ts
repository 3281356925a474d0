import { UsageError } from "../../api/usage-error.js";

/** The packages of the AWS SDK are optional peers: users with only one machine do not install them. */
const PACKAGES = ["@aws-sdk/client-kms", "@aws-sdk/client-s3", "@aws-sdk/client-sfn"];

/** The AWS adapters that the command line uses. Throws `UsageError` that names the packages if they are not installed. */
export function awsAdapters() {
  return sdk(async () => {
    const [store, artifacts, download, start, follow] = await Promise.all([
      import("../../adapters/aws/s3-store.js"),
      import("../../adapters/aws/s3-artifacts.js"),
      import("../../adapters/aws/download-run.js"),
      import("../../adapters/aws/start-execution.js"),
      import("../../adapters/aws/describe-execution.js"),
    ]);
    const { executionWatcher, redriveExecution } = follow;
    return { ...store, ...artifacts, ...download, ...start, executionWatcher, redriveExecution };
  });
}

/** Loads what needs packages of the SDK. Throws `UsageError` that names the packages if they are not installed. */
export async function sdk<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    const missing = /'(@[^']+)'/.exec(message)?.[1] ?? "a package of the AWS SDK";
    throw new UsageError(`--aws needs ${missing}, which is not installed`, `npm install ${PACKAGES.join(" ")}`);
  }
}
