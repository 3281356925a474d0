import { describe, expect, it } from "vitest";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { downloadRun } from "../../../lib/adapters/aws/download-run.js";
import { kmsSigner } from "../../../lib/adapters/aws/kms-signer.js";
import { s3Artifacts } from "../../../lib/adapters/aws/s3-artifacts.js";
import { S3Audit } from "../../../lib/adapters/aws/s3-audit.js";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { openAuditFile } from "../../../lib/adapters/local/audit-file.js";
import { readRunRecord } from "../../../lib/adapters/local/run-record.js";
import { loadSigningKey } from "../../../lib/adapters/local/signing-key.js";
import { verifyRun } from "../../../lib/core/audit/verify.js";
import type { Artifacts } from "../../../lib/ports/artifacts.js";
import type { AuditTrail } from "../../../lib/ports/audit.js";
import type { Signer } from "../../../lib/ports/signer.js";
import { temporaryFolder } from "../../review/harness.js";
import { simulatedStore } from "../../support/aws/services.js";
import { RUN, steppingClock } from "../../support/sealed-run.js";

interface Place {
  open(): Promise<AuditTrail>;
  readonly artifacts: Artifacts;
  readonly signer: Signer;
  /** The run as a folder of this machine. */
  folder(): Promise<string>;
}

const PLACES: readonly [string, () => Promise<Place>][] = [
  [
    "a folder",
    async () => {
      const folder = temporaryFolder();
      return {
        open: () => openAuditFile({ directory: folder, run: RUN, clock: steppingClock() }),
        artifacts: artifactsFolder(folder),
        signer: await loadSigningKey(temporaryFolder()),
        folder: async () => folder,
      };
    },
  ],
  [
    "S3 (simulated) with a key in KMS (simulated)",
    async () => {
      const { aws, store } = await simulatedStore();
      return {
        open: async () =>
          new S3Audit({ store, run: RUN, clock: steppingClock(), retention: { mode: "GOVERNANCE", days: 1 } }),
        artifacts: s3Artifacts(store, `runs/${RUN}`),
        signer: await kmsSigner("alias/simulated", clientSettings(aws.variables())),
        folder: async () => {
          const folder = temporaryFolder();
          await downloadRun(store, RUN, folder);
          return folder;
        },
      };
    },
  ],
];

const note = {
  actor: "schema-gate",
  action: "run.resumed",
  subject: { kind: "run", name: RUN },
  digest: null,
  details: {},
} as const;

describe.each(PLACES)("the audit trail in %s", (_, make) => {
  it("continues its chain in another process's place", async () => {
    const { open } = await make();
    await (await open()).append(note);
    await (await open()).append(note);
    expect((await (await open()).events()).map((event) => event.seq)).toEqual([0, 1]);
  });

  it("keeps the order of appends that do not wait for one another", async () => {
    const trail = await (await make()).open();
    const names = Array.from({ length: 9 }, (_, index) => `step ${index}`);
    await Promise.all(names.map((name) => trail.append({ ...note, subject: { kind: "step", name } })));
    expect((await trail.events()).map((event) => event.subject.name)).toEqual(names);
  });

  it("is sealed so that anyone can verify it offline with the public key, and finds a changed file", async () => {
    const { open, artifacts, signer, folder } = await make();
    const trail = await open();
    await artifacts.put("evidence.json", { a: 1 });
    await trail.append(note);
    await trail.close(signer);
    const verified = verifyRun(await readRunRecord(await folder()), signer.publicKey);
    expect(verified.findings).toEqual([]);
    expect(verified).toMatchObject({ keyTrusted: true });
    await artifacts.put("evidence.json", { a: 2 });
    const findings = verifyRun(await readRunRecord(await folder()), signer.publicKey).findings;
    expect(findings.map((finding) => finding.code)).toEqual(["audit.file-altered"]);
  });

  it("says in itself that it was reopened, and is sealed again", async () => {
    const { open, signer, folder } = await make();
    await (await open()).append(note);
    await (await open()).close(signer);
    await (await open()).append(note);
    const trail = await open();
    await trail.close(signer);
    expect((await trail.events()).map((event) => event.action)).toEqual([
      "run.resumed",
      "audit.sealed",
      "audit.reopened",
      "run.resumed",
      "audit.sealed",
    ]);
    expect(verifyRun(await readRunRecord(await folder()), signer.publicKey).findings).toEqual([]);
  });
});
