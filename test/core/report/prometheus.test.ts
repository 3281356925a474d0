import { expect, it } from "vitest";
import { prometheusText, type RunFacts } from "../../../lib/core/report/prometheus.js";

const facts: RunFacts = {
  run: "20240115-093000-a1b2",
  command: "run",
  version: "0.1.0",
  startedAt: Date.UTC(2024, 0, 15, 9, 30),
  state: "MigrateHosts",
  end: null,
  backfills: null,
  phases: new Map([
    [
      "Migrate",
      new Map([
        ["a", "migrated"],
        ["b", "failed"],
        ["c", "migrated"],
      ]),
    ],
  ]),
};

it("says where a run is", () => {
  expect(prometheusText(facts, { env: 'a "b"\\\n' })).toBe(
    [
      "# HELP schema_gate_run_info The newest run, or process of one.",
      "# TYPE schema_gate_run_info gauge",
      'schema_gate_run_info{env="a \\"b\\"\\\\\\n",run="20240115-093000-a1b2",command="run",version="0.1.0"} 1',
      "# HELP schema_gate_run_start_time_seconds When it began.",
      "# TYPE schema_gate_run_start_time_seconds gauge",
      'schema_gate_run_start_time_seconds{env="a \\"b\\"\\\\\\n"} 1705311000',
      "# HELP schema_gate_run_state The state that it is in.",
      "# TYPE schema_gate_run_state gauge",
      'schema_gate_run_state{env="a \\"b\\"\\\\\\n",state="MigrateHosts"} 1',
      "# HELP schema_gate_tenants Tenants by their status in a phase.",
      "# TYPE schema_gate_tenants gauge",
      'schema_gate_tenants{env="a \\"b\\"\\\\\\n",phase="Migrate",status="migrated"} 2',
      'schema_gate_tenants{env="a \\"b\\"\\\\\\n",phase="Migrate",status="failed"} 1',
      "",
    ].join("\n"),
  );
});

it("says how it ended, with a series for each end", () => {
  const end = { at: Date.UTC(2024, 0, 15, 9, 31), outcome: "halted", findings: { error: 2, unknown: 1 } };
  const text = prometheusText({ ...facts, state: null, end }, {});
  expect(text).toContain("\nschema_gate_run_end_time_seconds 1705311060\n");
  expect(text).toContain('\nschema_gate_run_outcome{outcome="halted"} 1\n');
  expect(text).toContain('\nschema_gate_run_outcome{outcome="passed"} 0\n');
  expect(text.match(/^schema_gate_run_outcome\{.*\} 1$/gm)).toHaveLength(1);
  expect(text).toContain('\nschema_gate_findings{severity="unknown"} 1\nschema_gate_findings{severity="warning"} 0\n');
  expect(text).not.toContain("schema_gate_run_state");
});

it("says how far backfills are, and leaves out what nobody knows", () => {
  const backfills = {
    tenants: { go: 3, slow: 1, pause: 0, done: 9 },
    rows: 12_000,
    total: null,
    rowsPerSecond: 3400,
    leftMs: 1500,
  };
  const text = prometheusText({ ...facts, backfills }, {});
  expect(text).toContain('\nschema_gate_backfill_tenants{pace="slow"} 1\n');
  expect(text).toContain("\nschema_gate_backfill_rows_done 12000\n");
  expect(text).toContain("\nschema_gate_backfill_rows_per_second 3400\n");
  expect(text).toContain("\nschema_gate_backfill_left_seconds 1.5\n");
  expect(text).not.toContain("rows_planned");
});
