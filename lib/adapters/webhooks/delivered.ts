import { join } from "node:path";
import { z } from "zod";
import { readOwnSync } from "../local/own-file.js";
import { makeFolder } from "../local/private-files.js";
import { replaceFile } from "../local/whole-file.js";
import type { Workspace } from "../local/workspace.js";

const schema = z.strictObject({ delivered: z.int().nonnegative() });

/** How many events of a run's trail a webhook has received, stored outside the run's folder, which is sealed. */
export class Delivered {
  private readonly folder: string;
  private readonly path: string;

  constructor(
    private readonly workspace: Pick<Workspace, "records" | "access">,
    webhook: string,
    run: string,
  ) {
    this.folder = join(workspace.records, "webhooks", webhook);
    this.path = join(this.folder, `${run}.json`);
  }

  /** 0 if nothing readable is there: an event sent twice can be recognised by its id, one never sent is lost. */
  read(): number {
    try {
      return schema.parse(JSON.parse(readOwnSync(this.path)?.toString("utf8") ?? "")).delivered;
    } catch {
      return 0;
    }
  }

  /** Throws what the file system throws. */
  write(delivered: number): void {
    makeFolder(this.folder, this.workspace.access);
    replaceFile(this.path, JSON.stringify({ delivered }), this.workspace.access.file);
  }
}
