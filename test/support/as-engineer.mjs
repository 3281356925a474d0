// Preloaded into a command of a test: the login of whoever starts runs, so that the test's own user may approve them.

import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const { userInfo } = os;
os.userInfo = (options) => ({ ...userInfo(options), username: "release-engineer" });
syncBuiltinESMExports();
