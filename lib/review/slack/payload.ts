import { z } from "zod";

const text = z.string().min(1).max(4000);
const user = z.object({ id: text, team_id: text.nullish() });
/** Which app in which workspace: a leaked signing secret reveals neither. */
const home = { team: z.object({ id: text }).nullish(), api_app_id: text.nullish() };

/** Someone pressed one of our buttons. */
const pressed = z.object({
  type: z.literal("block_actions"),
  ...home,
  user,
  trigger_id: text,
  response_url: text,
  actions: z.array(z.object({ action_id: text, action_ts: text, value: text.optional() })).min(1),
});

/** Someone sent the form that asks for a reason. */
const submitted = z.object({
  type: z.literal("view_submission"),
  ...home,
  user,
  view: z.object({
    id: text,
    callback_id: text,
    private_metadata: text,
    state: z.object({ values: z.object({ reason: z.object({ text: z.object({ value: z.string().nullish() }) }) }) }),
  }),
});

export const slackPayloadSchema = z.discriminatedUnion("type", [pressed, submitted]);
const buttonSchema = z.object({ run: text, digest: text });
/** With the address at which the person who sends the form is told what came of it. */
const formSchema = buttonSchema.extend({ answerAt: text });

export type SlackPayload = z.infer<typeof slackPayloadSchema>;
export type Pressed = z.infer<typeof pressed>;
export type Submitted = z.infer<typeof submitted>;

/** Whether it comes from the workspace and the app that the config names; a member of another workspace in a shared channel does not count. */
export function isFromHome(
  { team, api_app_id: app, user: { team_id: of } }: SlackPayload,
  expected: { readonly team?: string | undefined; readonly app?: string | undefined },
): boolean {
  if (of && team && of !== team.id) return false;
  if (expected.team !== undefined && (team?.id !== expected.team || (of ?? expected.team) !== expected.team))
    return false;
  return expected.app === undefined || app === expected.app;
}

/** What an interaction says, or null if it is not ours (https://api.slack.com/reference/interaction-payloads). */
export function readPayload(body: string): SlackPayload | null {
  const parsed = slackPayloadSchema.safeParse(jsonOf(new URLSearchParams(body).get("payload")));
  return parsed.success ? parsed.data : null;
}

/** The question that a button belongs to; null if we did not make it. */
export function readButton(value: string | undefined): z.infer<typeof buttonSchema> | null {
  const parsed = buttonSchema.safeParse(jsonOf(value ?? null));
  return parsed.success ? parsed.data : null;
}

/** The question that a form belongs to; null if we did not make it. */
export function readForm(value: string): z.infer<typeof formSchema> | null {
  const parsed = formSchema.safeParse(jsonOf(value));
  return parsed.success ? parsed.data : null;
}

function jsonOf(value: string | null): unknown {
  try {
    return value === null ? null : JSON.parse(value);
  } catch {
    return null;
  }
}
