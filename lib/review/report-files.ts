import type { Evidence } from "../core/evidence/evidence.js";
import { renderJunit } from "../core/render/junit.js";
import { gatesReached } from "../core/report/gates.js";
import { markdownReport } from "../core/report/markdown-report.js";
import { sarifReport } from "../core/report/sarif-report.js";
import type { ReportRenderer } from "../ports/renderer.js";
import { reportPage } from "./report/report-page.js";

/** The report of a run in every form: for a person, for a ticket, for code scanning and for a test dashboard. */
export const reportFiles: ReportRenderer = {
  render(evidence: Evidence) {
    const { id } = evidence.run;
    return {
      "report.html": reportPage(evidence),
      "report.md": markdownReport(evidence),
      "findings.sarif": sarifReport(evidence),
      "junit.xml": renderJunit(evidence.findings, { name: `schema-gate ${id}`, checked: gatesReached(evidence) }),
    };
  },
};
