// JSON as coloured, indented elements.

import { h } from "./dom.js";

const DEEPEST = 12;

/** A `<pre>` that shows any value. */
export function json(value) {
  return h("pre.json", { tabindex: "0" }, h("code", {}, nodes(value, 0)));
}

function nodes(value, depth) {
  if (value === null || typeof value !== "object" || depth >= DEEPEST) return [scalar(value)];
  const list = Array.isArray(value);
  const entries = list ? value.map((item) => [null, item]) : Object.entries(value);
  const [open, close] = list ? "[]" : "{}";
  if (entries.length === 0) return [open + close];
  const indent = "  ".repeat(depth + 1);
  const inner = entries.flatMap(([key, item], index) => [
    indent,
    key === null ? null : h("span.key", {}, JSON.stringify(key)),
    key === null ? null : ": ",
    ...nodes(item, depth + 1),
    index < entries.length - 1 ? ",\n" : "\n",
  ]);
  return [`${open}\n`, ...inner.filter((node) => node !== null), "  ".repeat(depth) + close];
}

function scalar(value) {
  return h(`span.${value === null ? "null" : typeof value}`, {}, JSON.stringify(value) ?? "null");
}
