import { visible } from "../visible.js";
import type { AuditEvent } from "./event.js";

/** An event of a trail in the JSON form of CloudEvents 1.0, with the extension `sequence`. */
export interface CloudEvent {
  readonly specversion: "1.0";
  /** The hash of the event: the same however often it is sent. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /**
   * Kind and name, with non-printing characters in a name shown as codes: CloudEvents does not allow control characters in attributes. `data` has the
   * exact name.
   */
  readonly subject: string;
  readonly time: string;
  readonly sequence: string;
  readonly datacontenttype: "application/json";
  readonly data: AuditEvent;
}

/** A sequence is compared as text. */
const DIGITS = 10;

export function cloudEvent(run: string, event: AuditEvent): CloudEvent {
  return {
    specversion: "1.0",
    id: event.hash,
    source: `/schema-gate/runs/${encodeURIComponent(run)}`,
    type: `schema-gate.${event.action}`,
    subject: visible(`${event.subject.kind}/${event.subject.name}`),
    time: event.at,
    sequence: String(event.seq).padStart(DIGITS, "0"),
    datacontenttype: "application/json",
    data: event,
  };
}
