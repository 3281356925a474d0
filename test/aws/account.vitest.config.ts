import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const config = mergeConfig(base, defineConfig({}));
if (config.test) config.test.globalSetup = ["test/aws/account-setup.ts"];

export default config;
