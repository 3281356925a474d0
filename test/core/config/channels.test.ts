import { describe, expect, it } from "vitest";
import { configSchema } from "../../../lib/core/config/config.js";

const config = (approval: object) =>
  configSchema.safeParse({ migrations: "m", registry: { file: "t.csv" }, staging: { mode: "same host" }, approval });

const slack = { token: "env:SLACK_TOKEN", signingSecret: "file:slack-secret" };
const email = { host: "mail.example.com", from: "Gate <gate@example.com>" };

describe("how approvers are asked", () => {
  it("takes Slack and e-mail with the origin that their links need", () => {
    const parsed = config({ origin: "https://gate.example.com", slack, email });
    expect(parsed.data?.approval).toMatchObject({ slack, email: { ...email, port: 587, security: "starttls" } });
  });

  it.each<[object, string]>([
    [{ slack }, "need `origin`"],
    [{ email }, "need `origin`"],
    [{ origin: "https://gate.example.com/path", email }, "an origin without a path"],
    [{ origin: "javascript:alert(1)", email }, "an origin without a path"],
    [{ origin: "https://x", slack: { ...slack, token: "xoxb-secret" } }, "never the secret itself"],
    [{ origin: "https://x", email: { ...email, security: "off" } }, "tls"],
    [{ origin: "https://x", email: { ...email, pasword: "env:X" } }, "pasword"],
  ])("refuses %o", (approval, message) => {
    expect(config(approval).error?.message).toContain(message);
  });
});
