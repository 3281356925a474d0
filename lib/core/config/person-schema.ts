import { z } from "zod";

/** Someone who may decide, as configs and stacks write them. */
export const personSchema = z.strictObject({
  id: z.string().min(1),
  email: z.email().optional(),
  slack: z.string().optional(),
  aliases: z.array(z.string().min(1)).optional().describe("other names, such as the login on this machine"),
});
