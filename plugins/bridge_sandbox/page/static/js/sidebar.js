// The list of rooms of one platform, with what is unread in them.

import { count, h } from "./dom.js";

const SHOWN_THREADS = 6; // the newest of one channel

export class Sidebar {
  constructor(pane, heading) {
    this.pane = pane;
    this.list = h("ul.rooms");
    this.element = h("nav.sidebar", { "aria-label": `${pane.label} rooms` }, h("h2", {}, pane.label, h("span", {}, heading)), this.list);
  }

  /** Draw it anew; rooms are few. */
  draw() {
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.room : null;
    const rooms = [...this.pane.service.rooms.values()].filter((room) => room.parent === null);
    const groups = [
      ["Channels", rooms.filter((room) => room.kind !== "direct")],
      ["Direct messages", rooms.filter((room) => room.kind === "direct")],
    ];
    this.list.replaceChildren(
      ...groups.flatMap(([title, members]) => [
        h("li.group", { role: "presentation" }, title),
        ...members.flatMap((room) => [this.#entry(room), ...this.#threads(room)]),
      ]),
    );
    if (focused !== null) this.list.querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus();
  }

  #threads(room) {
    if (!this.pane.listsThreads) return [];
    return this.pane.service.threadsIn(room).slice(-SHOWN_THREADS).map((thread) => this.#entry(thread));
  }

  #entry(room) {
    const { pane } = this;
    const unread = pane.unread.get(room.id) ?? 0;
    const open = pane.room?.id === room.id || (!pane.listsThreads && pane.room?.parent === room.id);
    const label = unread > 0 ? `${pane.title(room)}, ${count(unread, "new message", "new messages")}` : pane.title(room);
    const button = h(
      `button.room.${room.parent === null ? room.kind : "thread"}`,
      { type: "button", title: room.name, "data-room": room.id, "aria-label": label, "aria-current": open && "page", onclick: () => pane.pick(room) },
      h("span.sign", { "aria-hidden": "true" }, pane.sign(room)),
      h("span.name", {}, room.name.replace(/^[#@]/, "")),
      unread > 0 && h("span.unread", { "aria-hidden": "true" }, String(unread)),
    );
    if (unread > 0) button.classList.add("has-unread");
    return h("li", {}, button);
  }
}
