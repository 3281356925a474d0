import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/aws/**/*.test.ts"],
    globalSetup: ["test/aws/global-setup.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    pool: "forks",
    maxWorkers: 1,
    reporters: ["default", "./test/support/plain-line-reporter.ts"],
  },
});
