// Markdown as people see it in both platforms: blocks here, what is inside a line in inline.js.

import { h } from "./dom.js";
import { inline } from "./inline.js";

const DEEPEST = 8; // quotes and lists within each other
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const SMALL = /^-#\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;
const QUOTE = /^>\s?/;
const ITEM = /^(\s*)([-*+•]|\d{1,9}[.)])(\s+)(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Show `text` in `container`; blocks that did not change keep their elements, so that a growing text does not flicker. */
export function renderMarkdown(container, text) {
  const blocks = parse(text);
  blocks.forEach((block, index) => {
    const shown = container.children[index];
    if (shown?.source === block.source) return;
    const element = block.render();
    element.source = block.source;
    if (shown === undefined) container.append(element);
    else shown.replaceWith(element);
  });
  while (container.children.length > blocks.length) container.lastChild.remove();
}

/** The blocks of `text`, each with its source and a function that makes its element. */
function parse(text, depth = 0) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at].trim() === "") {
      at += 1;
      continue;
    }
    const [end, render] = block(lines, at, depth);
    blocks.push({ source: lines.slice(at, end).join("\n"), render });
    at = end;
  }
  return blocks;
}

function block(lines, at, depth) {
  const line = lines[at];
  const next = at + 1;
  let match;
  if ((match = FENCE.exec(line)) !== null) return fence(lines, at, match);
  if (RULE.test(line)) return [next, () => h("hr")];
  if ((match = HEADING.exec(line)) !== null) {
    const [, marks, title] = match;
    return [next, () => h(`p.heading.level-${marks.length}`, { role: "heading", "aria-level": marks.length + 2 }, inline(title))];
  }
  if ((match = SMALL.exec(line)) !== null) {
    const [, small] = match;
    return [next, () => h("p.small", {}, inline(small))];
  }
  if (QUOTE.test(line) && depth < DEEPEST) return quote(lines, at, depth);
  if (isTable(lines, at)) return table(lines, at);
  if (ITEM.test(line) && depth < DEEPEST) return list(lines, at, depth);
  return paragraph(lines, at);
}

function fence(lines, at, [, mark, info]) {
  let end = at + 1;
  const closes = (line) => line.trim().startsWith(mark) && line.trim().replaceAll(mark[0], "") === "";
  while (end < lines.length && !closes(lines[end])) end += 1;
  const code = lines.slice(at + 1, end).join("\n");
  const language = info.trim().split(/\s/)[0];
  const render = () => h("pre", { tabindex: "0", "data-language": language || null }, h("code", {}, code));
  return [Math.min(end + 1, lines.length), render];
}

function quote(lines, at, depth) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, "")).join("\n");
  return [end, () => fill(h("blockquote"), inner, depth)];
}

function isTable(lines, at) {
  return lines[at].includes("|") && (lines[at + 1] ?? "").includes("-") && TABLE_RULE.test(lines[at + 1] ?? "");
}

function table(lines, at) {
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const head = cells(lines[at]);
  const sides = cells(lines[at + 1]).map((rule) => (rule.endsWith(":") ? (rule.startsWith(":") ? "middle" : "end") : "start"));
  const row = (tag, values) =>
    h("tr", {}, head.map((_, column) => h(`${tag}.${sides[column] ?? "start"}`, {}, inline(values[column] ?? ""))));
  const body = lines.slice(at + 2, end).map(cells);
  const render = () =>
    h("div.table", { tabindex: "0", role: "group", "aria-label": "Table" },
      h("table", {}, h("thead", {}, row("th", head)), h("tbody", {}, body.map((values) => row("td", values)))));
  return [end, render];
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/([^\\])\|$/, "$1");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function list(lines, at, depth) {
  const [, indent, marker] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(marker);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const match = ITEM.exec(lines[end]);
    const depth = /^\s*/.exec(lines[end])[0].length;
    const blank = lines[end].trim() === "";
    if (match !== null && depth <= indent.length + 1) {
      if (depth < indent.length || /\d/.test(match[2]) !== ordered || RULE.test(lines[end])) break;
      items.push([match[4]]);
    } else if (blank ? !continues(lines, end + 1, indent.length) : depth <= indent.length) {
      break;
    } else {
      items.at(-1).push(lines[end].slice(Math.min(depth, indent.length + marker.length + 1)));
    }
    end += 1;
  }
  const start = ordered ? Number.parseInt(marker, 10) : null;
  const render = () =>
    h(ordered ? "ol" : "ul", { start: start === 1 ? null : start }, items.map((item) => fill(h("li"), item.join("\n"), depth)));
  return [end, render];
}

function continues(lines, at, indent) {
  const line = lines[at];
  return line !== undefined && line.trim() !== "" && (/^\s*/.exec(line)[0].length > indent || ITEM.test(line));
}

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() !== "" && !interrupts(lines, end)) end += 1;
  const text = lines.slice(at, end).join("\n").trim();
  return [end, () => h("p", {}, inline(text))];
}

function interrupts(lines, at) {
  const line = lines[at];
  return FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line) || SMALL.test(line) || isTable(lines, at);
}

function fill(element, text, depth) {
  const blocks = parse(text, depth + 1);
  const single = blocks.length > 0 && blocks[0].render();
  if (single && single.tagName === "P" && !single.className) element.append(...single.childNodes);
  else if (single) element.append(single);
  element.append(...blocks.slice(1).map((one) => one.render()));
  return element;
}
