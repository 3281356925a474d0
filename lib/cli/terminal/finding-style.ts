import type { TextStyle } from "../../core/render/text.js";
import { printable } from "./printable.js";
import type { Style } from "./style.js";

/** How findings are printed on a terminal. */
export function findingStyle(style: Style): TextStyle {
  return {
    strong: style.bold,
    faint: style.dim,
    severity: (severity, text) => {
      if (severity === "error") return style.red(text);
      return severity === "warning" ? style.yellow(text) : style.cyan(text);
    },
    printable,
  };
}
