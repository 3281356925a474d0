import { defineConfig, mergeConfig } from "vitest/config";
import ci from "./ci.vitest.config.js";
import { LONG } from "./slow.js";

/** For every change: minutes. */
export default mergeConfig(ci, defineConfig({ test: { exclude: [...LONG] } }));
