import type { RustNode } from "../syntax/rust-node.js";
import { decide } from "./control.js";
import type { Machine } from "./machine.js";
import { bindUnknown, matchPattern } from "./patterns.js";
import { derefed } from "./place.js";
import { handOver, spoil } from "./places.js";
import type { Scope } from "./scope.js";
import { LoopSignal } from "./signals.js";
import { UNIT, unknown, type Value } from "./value.js";

export function evaluateFor(machine: Machine, node: RustNode, outer: Scope): Value {
  const pattern = node.field("pattern");
  const body = node.field("body");
  const over = node.field("value");
  if (!pattern || !body || !over) return unknown("The loop is incomplete", node);
  const items = iterated(machine, over, outer);
  if (items.kind !== "list") {
    handOver(machine, [items], "The iterator", over);
    const reason = "The loop runs over values that are known only when the code runs";
    return perhaps(machine, node, reason, () => {
      const scope = machine.scope(outer);
      bindUnknown(pattern, scope);
      machine.evaluate(body, scope);
    });
  }
  machine.loop(() => {
    for (const item of items.items) {
      const scope = machine.scope(outer);
      matchPattern(machine, pattern, item, scope);
      if (turn(machine, node, body, scope) === "break") return;
    }
  }, node);
  return UNIT;
}

/** What a loop runs over. Through `&mut` its body may change every element. */
function iterated(machine: Machine, over: RustNode, scope: Scope): Value {
  const given = machine.evaluate(over, scope);
  if (given.kind !== "ref") return given;
  const list = derefed(given);
  const changes = over.type === "reference_expression" ? over.child("mutable_specifier") !== null : true;
  if (!changes || !given.place.mutable) return list;
  spoil(given.place, "The loop may change its elements", over);
  return unknown("The loop may change the elements it runs over", over);
}

/** `while` and `loop`: iteration by iteration as long as it is known whether there is another. */
export function evaluateLoop(machine: Machine, node: RustNode, outer: Scope): Value {
  const body = node.field("body");
  const test = node.field("condition");
  if (!body) return unknown("The loop is incomplete", node);
  const reason = "The loop ends by a condition that is known only when the code runs";
  machine.loop(() => {
    for (;;) {
      const scope = machine.scope(outer);
      const { undecided } = machine;
      const decided = test ? decide(machine, test, scope) : "yes";
      if (decided === "no") return;
      if (decided !== "yes" || machine.undecided > undecided) {
        perhaps(machine, node, reason, () => machine.evaluate(body, scope));
        return;
      }
      if (turn(machine, node, body, scope) === "break") return;
      // A `break` that may have run: it is unknown whether there is another iteration.
      if (machine.undecided > undecided) {
        perhaps(machine, node, reason, () => machine.evaluate(body, machine.scope(outer)));
        return;
      }
    }
  }, node);
  return test ? UNIT : unknown("What the loop gives is known only when the code runs", node);
}

function turn(machine: Machine, loop: RustNode, body: RustNode, scope: Scope): "break" | "next" {
  try {
    machine.evaluate(body, scope);
    return "next";
  } catch (signal) {
    if (!isFor(signal, loop)) throw signal;
    return signal.kind === "break" ? "break" : "next";
  }
}

function isFor(signal: unknown, loop: RustNode): signal is LoopSignal {
  return signal instanceof LoopSignal && (signal.label === null || signal.label === loop.child("label")?.text);
}

/** Any number of iterations, including none. */
function perhaps(machine: Machine, loop: RustNode, reason: string, run: () => void): Value {
  let value: Value = UNIT;
  machine.loop(() => {
    value = machine.anyOf(
      [
        () => {
          try {
            run();
          } catch (signal) {
            if (!isFor(signal, loop)) throw signal;
          }
          return UNIT;
        },
      ],
      reason,
      loop,
    );
  }, loop);
  return value;
}
