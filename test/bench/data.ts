import { dirname, join } from "node:path";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

/** Where the schema of a benchmark's tenant lies and the query that reading it is compared with; next to the checkout. */
export const BENCH_DATA = join(dirname(packageRoot()), "shared", "data");
