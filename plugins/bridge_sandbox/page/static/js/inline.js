// Inline Markdown as elements: emphasis, code, links and mentions. What is not understood stays text.

import { h } from "./dom.js";

const DEEPEST = 8;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const LINK = /^(https?:\/\/|mailto:)/i;
const BARE = /https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]}*_~|]/y;
const MENTION = /[@#][\p{L}\p{N}][\p{L}\p{N}_-]*/uy;
const WORD = /[\p{L}\p{N}_]/u;
const DELIMITERS = [
  ["***", "strong"], ["**", "strong"], ["__", "strong"], ["~~", "s"], ["||", "span.spoiler"], ["*", "em"], ["_", "em"], ["~", "s"],
];

/** The nodes for `text`. */
export function inline(text, depth = 0) {
  const nodes = [];
  let plain = "";
  let at = 0;
  const push = (node, end) => {
    if (plain !== "") nodes.push(plain);
    plain = "";
    nodes.push(node);
    at = end;
  };
  while (at < text.length) {
    const found = depth < DEEPEST ? construct(text, at, depth) : null;
    if (found !== null) push(found.node, found.end);
    else plain += text[at++];
  }
  if (plain !== "") nodes.push(plain);
  return nodes;
}

function construct(text, at, depth) {
  switch (text[at]) {
    case "\n":
      return { node: h("br"), end: at + 1 };
    case "\\":
      return ESCAPABLE.test(text[at + 1] ?? "") ? { node: text[at + 1], end: at + 2 } : null;
    case "`":
      return code(text, at);
    case "[":
      return link(text, at, depth);
    case "<":
      return autolink(text, at);
    case "h":
      return sticky(BARE, text, at, (url) => anchor(url, [url]));
    case "@":
    case "#":
      return sticky(MENTION, text, at, (name) => h("span.mention", {}, name));
    default:
      return emphasis(text, at, depth);
  }
}

function sticky(pattern, text, at, make) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? null : { node: make(match[0]), end: at + match[0].length };
}

function code(text, at) {
  const ticks = /`+/y;
  ticks.lastIndex = at;
  const fence = ticks.exec(text)[0];
  for (let end = text.indexOf(fence, at + fence.length); end !== -1; end = text.indexOf(fence, end + 1)) {
    if (text[end + fence.length] === "`" || text[end - 1] === "`") continue;
    const inner = text.slice(at + fence.length, end).replaceAll("\n", " ");
    return { node: h("code", {}, inner.replace(/^ (.*\S.*) $/, "$1")), end: end + fence.length };
  }
  return { node: fence, end: at + fence.length };
}

function link(text, at, depth) {
  const middle = text.indexOf("](", at);
  const end = middle === -1 ? -1 : text.indexOf(")", middle);
  if (end === -1) return null;
  const label = text.slice(at + 1, middle);
  const url = text.slice(middle + 2, end).trim();
  if (label === "" || label.includes("\n\n") || /\s/.test(url) || !LINK.test(url)) return null;
  return { node: anchor(url, inline(label, depth + 1)), end: end + 1 };
}

function autolink(text, at) {
  const end = text.indexOf(">", at);
  const url = end === -1 ? "" : text.slice(at + 1, end);
  return LINK.test(url) && !/\s/.test(url) ? { node: anchor(url, [url]), end: end + 1 } : null;
}

function anchor(url, label) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function emphasis(text, at, depth) {
  for (const [mark, tag] of DELIMITERS) {
    if (!text.startsWith(mark, at)) continue;
    const start = at + mark.length;
    if (/\s/.test(text[start] ?? " ")) continue;
    if (mark[0] === "_" && at > 0 && WORD.test(text[at - 1])) continue;
    const end = closing(text, start, mark);
    if (end === -1) continue;
    const children = inline(text.slice(start, end), depth + 1);
    return { node: h(tag, {}, mark === "***" ? h("em", {}, children) : children), end: end + mark.length };
  }
  return null;
}

function closing(text, start, mark) {
  for (let end = text.indexOf(mark, start + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    const after = text[end + mark.length] ?? "";
    if (/\s/.test(text[end - 1]) || text[end - 1] === "\\") continue;
    if (mark.length === 1 && (after === mark || text[end - 1] === mark)) continue;
    if (mark[0] === "_" && WORD.test(after)) continue;
    return end;
  }
  return -1;
}
