import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { ManagedSecrets } from "../../../lib/adapters/aws/secrets-manager.js";
import type { ApprovalRequest } from "../../../lib/core/approval/request.js";
import { approverLinks } from "../../../lib/review/links.js";
import type { SentLinks } from "../stack/sent-links.js";
import type { Target } from "../stack/target.js";
import { decideOnPage } from "./decide-on-page.js";
import { functionUrl } from "./function-url.js";

/**
 * On the page, by the link that was really `sent`; null where messages do not reach this machine, so that a link is made with the stack's key.
 * Returns the pages.
 */
export async function decideByLink(
  target: Target,
  sent: SentLinks | null,
  request: ApprovalRequest,
  verdict: "approve" | "reject",
): Promise<readonly string[]> {
  const { reviewUrl } = target;
  const link = sent ? await sent.linkTo(request.run) : await madeLink(target, request);
  const browser = functionUrl(reviewUrl, target.endpoint);
  return decideOnPage(browser, reviewUrl, link.slice(reviewUrl.length), verdict);
}

async function madeLink({ linkSecret, reviewUrl }: Target, request: ApprovalRequest): Promise<string> {
  const secrets = new ManagedSecrets(process.env, clientSettings(process.env), Date.now);
  const key = Buffer.from(await secrets.resolve(`secret:${linkSecret}`), "utf8");
  return approverLinks(request, reviewUrl, key)[0]?.link ?? "";
}
