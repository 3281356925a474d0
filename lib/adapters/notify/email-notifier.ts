import { createTransport } from "nodemailer";
import { digest } from "../../core/json.js";
import { visible } from "../../core/visible.js";
import type { Clock } from "../../ports/clock.js";
import type { ApprovalNotice, Delivery, Notifier, OutcomeNotice } from "../../ports/notifier.js";
import { approvalMail, type MailText, outcomeMail } from "./email-message.js";
import { persist, type Try } from "./retry.js";

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** Sender, such as `Schema Gate <gate@example.com>`. */
  readonly from: string;
  readonly user?: string;
  readonly password?: string;
  /** Certificate authorities in PEM, besides those that Node knows. */
  readonly ca?: string;
  /** `tls` from the first byte (port 465), `starttls` required before anything is sent, or `none`, which only the loopback interface may use. */
  readonly security: "tls" | "starttls" | "none";
}

const TIMEOUT_MS = 15_000;
const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** Asks approvers by e-mail, each with their own message and link. */
export class EmailNotifier implements Notifier {
  private readonly options: SmtpOptions;
  private readonly clock: Pick<Clock, "sleep">;

  /** Throws `RangeError` for a remote server without TLS: links would be sent in the clear. */
  constructor(options: SmtpOptions, clock: Pick<Clock, "sleep">) {
    if (options.security === "none" && !LOOPBACK.has(options.host)) {
      throw new RangeError(`${options.host} would be sent links without TLS; set the security to tls or starttls`);
    }
    this.options = options;
    this.clock = clock;
  }

  approvalRequested(notice: ApprovalNotice): Promise<readonly Delivery[]> {
    const { run, digest: what } = notice;
    const letters = notice.recipients.flatMap(({ person, link }) =>
      person.email === undefined
        ? []
        : [{ to: person.id, address: person.email, mail: approvalMail(notice, link), key: [run, what, person.id] }],
    );
    return this.post(letters);
  }

  ended(notice: OutcomeNotice): Promise<readonly Delivery[]> {
    const mail = outcomeMail(notice);
    const letters = notice.people.flatMap((person) =>
      person.email === undefined
        ? []
        : [{ to: person.id, address: person.email, mail, key: [notice.run, notice.outcome, person.id] }],
    );
    return this.post(letters);
  }

  private async post(letters: readonly Letter[]): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const letter of letters) {
      const reason = await persist(this.clock, () => this.send(letter));
      deliveries.push({ channel: "e-mail", person: letter.to, status: reason === null ? "sent" : "failed", reason });
    }
    return deliveries;
  }

  private async send({ address, mail, key }: Letter): Promise<Try> {
    const transport = createTransport(transportOptions(this.options));
    try {
      await transport.sendMail({
        from: this.options.from,
        // An object, not a text: nothing in it is parsed as a list of addresses.
        to: { name: "", address },
        ...mail,
        // The same question has the same id, so that a message that a resumed run sends again is recognised.
        messageId: `<${digest(key).slice(0, 32)}@schema-gate.invalid>`,
        headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return { kind: "sent" };
    } catch (error) {
      return outcomeOf(error);
    } finally {
      transport.close();
    }
  }
}

interface Letter {
  readonly to: string;
  readonly address: string;
  readonly mail: MailText;
  readonly key: readonly string[];
}

function transportOptions({ host, port, user, password, ca, security }: SmtpOptions) {
  return {
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  };
}

/** A 4xx reply and a broken connection may pass; a 5xx reply does not (RFC 5321, 4.2.1). */
function outcomeOf(error: unknown): Try {
  const { responseCode, response, code, message } = error as {
    responseCode?: number;
    response?: string;
    code?: string;
    message?: string;
  };
  if (code === "EAUTH")
    return { kind: "refused", reason: `the mail server refused our login (${responseCode ?? code})` };
  if (responseCode !== undefined) {
    const reason = `the mail server refused: ${visible(response ?? String(responseCode))}`;
    return responseCode >= 500 ? { kind: "refused", reason } : { kind: "unreachable", reason };
  }
  return { kind: "unreachable", reason: `the mail server cannot be reached: ${visible(message ?? code ?? "unknown")}` };
}
