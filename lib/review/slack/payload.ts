import { z } from "zod";

const text = z.string().min(1).max(4000);
const user = z.object({ id: text });

/** Someone pressed a button of ours. */
const pressed = z.object({
  type: z.literal("block_actions"),
  user,
  trigger_id: text,
  response_url: text,
  actions: z.array(z.object({ action_id: text, action_ts: text, value: text.optional() })).min(1),
});

/** Someone sent the form that asks for a reason. */
const submitted = z.object({
  type: z.literal("view_submission"),
  user,
  view: z.object({
    id: text,
    callback_id: text,
    private_metadata: text,
    state: z.object({ values: z.object({ reason: z.object({ text: z.object({ value: z.string().nullish() }) }) }) }),
  }),
});

const payloadSchema = z.discriminatedUnion("type", [pressed, submitted]);
const buttonSchema = z.object({ run: text, digest: text });

export type SlackPayload = z.infer<typeof payloadSchema>;
export type Pressed = z.infer<typeof pressed>;
export type Submitted = z.infer<typeof submitted>;

/** What an interaction says, or null when it is none of ours (https://api.slack.com/reference/interaction-payloads). */
export function readPayload(body: string): SlackPayload | null {
  const parsed = payloadSchema.safeParse(jsonOf(new URLSearchParams(body).get("payload")));
  return parsed.success ? parsed.data : null;
}

/** The question that a button or form belongs to; null when it is not of our making. */
export function readButton(value: string | undefined): z.infer<typeof buttonSchema> | null {
  const parsed = buttonSchema.safeParse(jsonOf(value ?? null));
  return parsed.success ? parsed.data : null;
}

function jsonOf(value: string | null): unknown {
  try {
    return value === null ? null : JSON.parse(value);
  } catch {
    return null;
  }
}
