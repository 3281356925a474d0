import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { synthesise } from "./support/synthesise.js";

/** Anchors as GitHub makes them of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 _-]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}

describe("every alarm", () => {
  const { resources } = synthesise({
    staging: { clusters: ["tenants-a"], subnetGroup: "staging" },
    runbook: "https://example.com/runbook.md",
  });
  const alarms = Object.values(resources("AWS::CloudWatch::Alarm")).map(({ Properties }) => Properties);
  const anchors = anchorsOf(readFileSync(join(packageRoot(), "docs", "runbook.md"), "utf8"));

  it("is there", () => expect(alarms.length).toBe(10));

  it("links a section of the runbook that is there, and tells the topic", () => {
    for (const { AlarmDescription, AlarmActions } of alarms) {
      const anchor = /Runbook: https:\/\/example\.com\/runbook\.md#([a-z0-9-]+)$/.exec(String(AlarmDescription))?.[1];
      expect(anchors, String(AlarmDescription)).toContain(anchor);
      expect(AlarmActions).toHaveLength(1);
    }
  });
});
