import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { EmailNotifier, type SmtpOptions } from "../../../lib/adapters/notify/email-notifier.js";
import { HOSTILE, notice, patientClock } from "./notices.js";

const certificate = (file: string) =>
  readFileSync(new URL(`localhost-certificate/${file}.pem`, import.meta.url), "utf8");
const CA = certificate("certificate");
const TLS = { key: certificate("key"), cert: CA };

interface Received {
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly mail: Email;
}

/** A real SMTP server on a free port, with STARTTLS, that keeps what it is sent. */
async function mailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    ...TLS,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", async () => {
        const mail = await PostalMime.parse(Buffer.concat(parts));
        received.push({ to: session.envelope.rcptTo.map((one) => one.address), secure: session.secure === true, mail });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const clock = patientClock();
  const smtp: SmtpOptions = {
    host: "localhost",
    port,
    from: "Schema Gate <gate@example.com>",
    security: "starttls",
    ca: CA,
  };
  const notifier = (change: Partial<SmtpOptions> = {}) => new EmailNotifier({ ...smtp, ...change }, clock);
  return { received, clock, notifier };
}

function smtpError(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

describe("e-mail", () => {
  it("sends each approver a message of their own, in text and HTML, over verified TLS", async () => {
    const { received, notifier } = await mailServer();
    const deliveries = await notifier().approvalRequested(notice());
    expect(deliveries).toEqual([
      { channel: "e-mail", person: "alex", status: "sent", reason: null },
      { channel: "e-mail", person: "robin", status: "sent", reason: null },
    ]);
    expect(received.map(({ to, secure }) => [to, secure])).toEqual([
      [["alex@example.com"], true],
      [["robin@example.com"], true],
    ]);
    const { mail } = received[0] as Received;
    expect(mail.subject).toBe("Ready for a decision: 20240115_add_tenant_quota");
    for (const body of [mail.text, mail.html]) {
      expect(body).toContain("https://gate.example.com/runs/run-1?c=alexs");
      expect(body).not.toContain("robins");
      expect(body).toContain("042-prod, 159-legacy");
    }
    expect(mail.headers.find((header) => header.key === "auto-submitted")?.value).toBe("auto-generated");
  });

  it("gives the same question the same message id, so that a resumed run does not look like two", async () => {
    const { received, notifier } = await mailServer();
    await notifier().approvalRequested(notice());
    await notifier().approvalRequested(notice());
    const ids = received.map(({ mail }) => mail.messageId);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2));
    expect(new Set(ids).size).toBe(2);
  });

  it("lets no hostile name add a header, a recipient, markup or another direction", async () => {
    const { received, notifier } = await mailServer();
    const hostile = notice({ release: HOSTILE[2] ?? "", outliers: HOSTILE, requester: HOSTILE[0] ?? "" });
    await notifier().approvalRequested(hostile);
    await notifier().ended({
      run: "r",
      release: HOSTILE[2] ?? "",
      outcome: "done",
      detail: HOSTILE[0] ?? "",
      people: [{ id: "alex", email: "alex@example.com" }],
    });
    expect(received).toHaveLength(3);
    for (const { to, mail } of received) {
      expect(to).toHaveLength(1);
      expect(mail.bcc ?? []).toEqual([]);
      expect(mail.subject).toContain("⟨U+202E⟩");
      expect(mail.html).not.toMatch(/<img|<https|\u202e/);
      expect(mail.html).toContain("&lt;img");
      expect(mail.text).not.toContain("\u202e");
    }
  });

  it("refuses an address that is a list of addresses", async () => {
    const { received, notifier } = await mailServer();
    const [delivery] = await notifier().approvalRequested(
      notice({
        recipients: [{ person: { id: "alex", email: "alex@example.com, all@example.com" }, link: "https://x" }],
      }),
    );
    expect(delivery?.status).toBe("failed");
    expect(received.flatMap(({ to }) => to)).toEqual([]);
  });

  it("refuses a server whose certificate nobody vouches for", async () => {
    const { received, notifier } = await mailServer();
    const [delivery] = await notifier({ ca: "" }).approvalRequested(notice());
    expect(delivery).toMatchObject({ status: "failed", reason: expect.stringContaining("cannot be reached") });
    expect(received).toEqual([]);
  });

  it("sends nothing through a server that offers no STARTTLS", async () => {
    const { received, notifier } = await mailServer({ disabledCommands: ["STARTTLS"] });
    const [delivery] = await notifier().approvalRequested(notice());
    expect(delivery?.status).toBe("failed");
    expect(received).toEqual([]);
  });

  it("is refused at once where links would pass in the clear", () => {
    const options = { host: "mail.example.com", port: 25, from: "a@b.c", security: "none" } as const;
    expect(() => new EmailNotifier(options, patientClock())).toThrow(
      "mail.example.com would be sent links without TLS",
    );
  });

  it("reports a recipient that the server rejects, and still asks the others", async () => {
    const { received, clock, notifier } = await mailServer({
      onRcptTo: ({ address }, _, done) => done(address.startsWith("alex") ? smtpError(550, "no such mailbox") : null),
    });
    const deliveries = await notifier().approvalRequested(notice());
    expect(deliveries).toMatchObject([
      { person: "alex", status: "failed", reason: expect.stringContaining("550 no such mailbox") },
      { person: "robin", status: "sent" },
    ]);
    expect(clock.pauses).toEqual([]);
    expect(received).toHaveLength(1);
  });

  it("tries again when the server says later, and then reports it", async () => {
    let left = 2;
    const busy = await mailServer({
      onMailFrom: (_, __, done) => done(left-- > 0 ? smtpError(451, "try later") : null),
    });
    expect(await busy.notifier().approvalRequested(notice())).toMatchObject([{ status: "sent" }, { status: "sent" }]);
    expect(busy.clock.pauses).toEqual([1000, 4000]);
    const full = await mailServer({ onMailFrom: (_, __, done) => done(smtpError(452, "disk full")) });
    expect((await full.notifier().approvalRequested(notice()))[0]).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/452 disk full.*\(tried 3 times\)/),
    });
  });

  it("logs in, and reports a refused login without the password", async () => {
    const { notifier } = await mailServer({
      authOptional: false,
      onAuth: ({ username, password }, _, done) =>
        password === "right" ? done(null, { user: username }) : done(smtpError(535, "bad password")),
    });
    expect(await notifier({ user: "gate", password: "right" }).approvalRequested(notice())).toMatchObject([
      { status: "sent" },
      { status: "sent" },
    ]);
    const [refused] = await notifier({ user: "gate", password: "wr0ng-secret" }).approvalRequested(notice());
    expect(refused).toMatchObject({ status: "failed", reason: "the mail server refused our login (535)" });
  });

  it("reports a server that is not there", async () => {
    const options = { host: "127.0.0.1", port: 1, from: "a@b.c", security: "starttls" } as const;
    const [delivery] = await new EmailNotifier(options, patientClock()).approvalRequested(notice());
    expect(delivery).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/cannot be reached.*\(tried 3 times\)/),
    });
  });
});
