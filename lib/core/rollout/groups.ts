import { z } from "zod";
import { parseWindow, type Window, windowState } from "./window.js";

/** A group of the registry, at its place in the rollout's order. */
const groupSchema = z.strictObject({
  name: z.string().min(1),
  window: z
    .string()
    .superRefine((text, context) => {
      const parsed = parseWindow(text);
      if (typeof parsed === "string") context.addIssue({ code: "custom", message: parsed });
    })
    .optional()
    .describe("when its tenants may be changed, such as Sat 02:00-05:00 Europe/Berlin; it waits outside of it"),
});

export type RolloutGroup = z.infer<typeof groupSchema>;

export const groupsSchema = z
  .array(groupSchema)
  .superRefine((groups, context) => {
    const twice = groups.find(({ name }, at) => groups.findIndex((one) => one.name === name) !== at);
    if (twice !== undefined) context.addIssue({ code: "custom", message: `the group ${twice.name} is listed twice` });
  })
  .default([])
  .describe("groups in the order in which they are migrated; tenants of no such group come last");

/** A group's window; null when it has none, or is not listed. */
export function windowOf(groups: readonly RolloutGroup[], name: string | null): Window | null {
  const text = groups.find((group) => group.name === name)?.window;
  if (text === undefined) return null;
  const parsed = parseWindow(text);
  if (typeof parsed === "string") throw new RangeError(`not a window: ${parsed}`);
  return parsed;
}

/** A group whose window will never open again; null when there is none. */
export function closedForGood(groups: readonly RolloutGroup[], now: number): RolloutGroup | null {
  return (
    groups.find(({ name }) => {
      const window = windowOf(groups, name);
      return window !== null && windowState(window, now).state === "over";
    }) ?? null
  );
}
