// What goes over the wire, newest last. Items of one kind that follow each other share a row.

import { h, preciseClock } from "./dom.js";
import { json } from "./json.js";

const SERVICES = { slack: "Slack", discord: "Discord", vectorshift: "VectorShift" };
const ROWS = 400;
const KEPT = 30; // items of one row whose JSON can be seen
const NEAR = 40; // px
const RECEIPT = /^(2\d\d |ack$|ping|pong$|HEARTBEAT)/; // says only that something arrived
const LONG_ID = /\d{12,}/g;

export class Wire {
  #rows = [];
  #hidden = new Set();
  #paused = false;
  #missed = 0;

  constructor(world, element) {
    this.world = world;
    this.list = h("ol.rows", { "aria-label": "Frames and calls, oldest first" });
    this.scroller = h("div.wire-scroller", {}, this.list);
    this.pause = h("button.pause", { type: "button", "aria-pressed": "false", title: "Hold the list still" }, "Pause");
    const clear = h("button", { type: "button", title: "Empty the list" }, "Clear");
    const filters = Object.entries(SERVICES).map(([service, label]) => this.#filter(service, label));
    const legend = h("p.legend", {}, h("span.arrow.in", {}, "to the bridge"), h("span.arrow.out", {}, "from the bridge"));
    const title = h("div.titles", {}, h("h2", {}, "The wire"), h("p.about", {}, "Live traffic"));
    const tools = h("div.wire-tools", { role: "group", "aria-label": "Show" }, filters);
    element.replaceChildren(h("header.room-header", {}, title, this.pause, clear), tools, this.scroller, legend);
    this.pause.addEventListener("click", () => this.#toggle());
    clear.addEventListener("click", () => this.#show([]));
    this.list.addEventListener("keydown", (event) => this.#key(event));
    world.addEventListener("reset", () => this.#show(world.wire));
    world.addEventListener("traffic", ({ detail }) => this.#take(detail));
  }

  #filter(service, label) {
    const button = h(`button.filter.${service}`, { type: "button", "aria-pressed": "true" }, label);
    button.addEventListener("click", () => {
      const show = this.#hidden.delete(service);
      if (!show) this.#hidden.add(service);
      button.setAttribute("aria-pressed", String(show));
      this.#show(this.world.wire);
    });
    return button;
  }

  #toggle() {
    this.#paused = !this.#paused;
    this.pause.setAttribute("aria-pressed", String(this.#paused));
    this.pause.textContent = this.#paused ? "Resume" : "Pause";
    if (!this.#paused && this.#missed > 0) this.#show(this.world.wire);
    this.#missed = 0;
  }

  #show(items) {
    this.#rows = [];
    this.list.replaceChildren();
    for (const item of items) this.#put(item);
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #take(item) {
    if (this.#paused) {
      this.#missed += 1;
      this.pause.textContent = `Resume (${this.#missed})`;
      return;
    }
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const following = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#put(item);
    if (following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #put(item) {
    if (this.#hidden.has(item.service)) return;
    const like = this.#rowLike(item);
    if (like !== undefined) {
      like.add(item);
      return;
    }
    const row = new Row(item);
    this.#rows.push(row);
    this.list.append(row.element);
    if (this.#rows.length > ROWS) this.#rows.shift().element.remove();
    if (this.list.querySelector("summary[tabindex='0']") === null) row.summary.tabIndex = 0;
  }

  /** The last row, when it is of the kind of `item`; receipts also join their like across other receipts. */
  #rowLike(item) {
    for (const row of this.#rows.toReversed()) {
      if (row.isLike(item)) return row;
      if (!row.isReceipt || !RECEIPT.test(item.kind)) return undefined;
    }
    return undefined;
  }

  /** The list is one stop of the Tab key; the arrows walk in it. */
  #key(event) {
    const summaries = [...this.list.querySelectorAll("summary")];
    const at = summaries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: summaries.length - 1 }[event.key];
    if (at === -1 || summaries[to] === undefined) return;
    event.preventDefault();
    summaries[at].tabIndex = -1;
    summaries[to].tabIndex = 0;
    summaries[to].focus();
  }
}

class Row {
  #items = [];
  #total = 0;

  constructor(item) {
    const incoming = item.direction === "to_bridge";
    this.isReceipt = RECEIPT.test(item.kind);
    this.times = h("span.times", { hidden: true });
    this.line = h("span");
    this.summary = h(
      "summary",
      { tabindex: "-1" },
      h(`span.arrow.${incoming ? "in" : "out"}`, { role: "img", "aria-label": incoming ? "to the bridge" : "from the bridge" }),
      h(`code.kind.service.${item.service}`, { title: item.kind }, item.kind.replaceAll(LONG_ID, (id) => `…${id.slice(-4)}`)),
      this.times,
      h("time", { datetime: item.at, title: preciseClock(item.at) }, preciseClock(item.at).slice(3)),
      h("span.line", {}, h("span.from", {}, SERVICES[item.service] ?? item.service), this.line),
    );
    this.details = h("details", {}, this.summary);
    this.details.addEventListener("toggle", () => this.#draw());
    this.element = h(this.isReceipt ? "li.receipt" : "li", {}, this.details);
    this.add(item);
  }

  isLike(item) {
    const [first] = this.#items;
    return first.service === item.service && first.direction === item.direction && first.kind === item.kind;
  }

  add(item) {
    this.#items.push(item);
    this.#total += 1;
    if (this.#items.length > KEPT) this.#items.shift();
    this.times.hidden = this.#total === 1;
    this.times.textContent = `×${this.#total}`;
    this.line.textContent = item.summary;
    if (this.details.open) this.#draw();
  }

  #draw() {
    const left = this.#total - this.#items.length;
    const note = left > 0 && h("p.left-out", {}, `${left} earlier ones are not shown`);
    this.details.replaceChildren(this.summary, ...(this.details.open ? [note, ...this.#items.map(({ data }) => json(data))] : []).filter(Boolean));
  }
}
