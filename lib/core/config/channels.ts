import { z } from "zod";
import { secretReference } from "./secret-reference.js";

/** How approvers are asked other than in the terminal. */
export const channelsShape = {
  origin: z
    .string()
    .regex(/^https?:\/\/[^/?#@]+$/, "expected an origin without a path, such as https://gate.example.com")
    .optional()
    .describe("where approvers' browsers reach the review page, such as https://gate.example.com"),
  slack: z
    .strictObject({
      token: secretReference.describe("the app's bot token, with the scope chat:write"),
      signingSecret: secretReference.describe("the app's signing secret; interactions go to ORIGIN/slack/interactions"),
      team: z
        .string()
        .regex(/^[TE][A-Z0-9]+$/, "expected the id of a workspace, such as T024BE7LD")
        .optional()
        .describe("id of the workspace; what comes from another is refused"),
      app: z
        .string()
        .regex(/^A[A-Z0-9]+$/, "expected the id of an app, such as A024BE7LD")
        .optional()
        .describe("id of the app; what comes from another is refused"),
      channel: z.string().min(1).optional().describe("channel that is told too, without a link"),
    })
    .optional(),
  email: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65_535).default(587),
      security: z
        .enum(["tls", "starttls", "none"])
        .default("starttls")
        .describe("none: on the loopback interface only"),
      from: z.string().min(3).describe("sender, such as Schema Gate <gate@example.com>"),
      user: z.string().optional(),
      password: secretReference.optional(),
    })
    .optional(),
} as const;
