import { defineConfig, mergeConfig } from "vitest/config";
import whole from "../vitest.config.js";
import { SLOW } from "./slow.js";

/** For every push: less than half an hour on two cores. */
export default mergeConfig(whole, defineConfig({ test: { exclude: [...SLOW], env: { SCHEMA_GATE_QUICK: "1" } } }));
