// Ctrl+K: go to any room of both platforms by a part of its name.

import { h } from "./dom.js";

export class Jump {
  #chosen = 0;
  #found = [];

  /** `go(pane, room)` is called with what a person chose. */
  constructor(dialog, panes, go) {
    Object.assign(this, { dialog, panes, go });
    const attributes = { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "jump-rooms", autocomplete: "off" };
    this.input = h("input", { ...attributes, placeholder: "Go to a channel, thread or person", "aria-label": "Go to" });
    this.list = h("ul", { id: "jump-rooms", role: "listbox", "aria-label": "Rooms" });
    dialog.replaceChildren(h("form", { method: "dialog" }, this.input, this.list));
    this.input.addEventListener("input", () => this.#find());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  }

  show() {
    this.input.value = "";
    this.#find();
    if (!this.dialog.open) this.dialog.showModal();
    this.input.focus();
  }

  #find() {
    const wanted = this.input.value.trim().toLowerCase();
    this.#chosen = 0;
    this.#found = this.panes
      .flatMap((pane) => [...(pane.service?.rooms.values() ?? [])].map((room) => ({ pane, room })))
      .filter(({ pane, room }) => room.name !== "" && `${pane.label} ${pane.title(room)}`.toLowerCase().includes(wanted))
      .slice(0, 12);
    this.#draw();
  }

  #draw() {
    this.list.replaceChildren(
      ...this.#found.map(({ pane, room }, index) =>
        h(
          "li",
          { id: `jump-${index}`, role: "option", "aria-selected": String(index === this.#chosen), onclick: () => this.#pick(index) },
          h("span", {}, pane.title(room)),
          h(`span.service.${pane.name}`, {}, pane.label),
        ),
      ),
    );
    this.input.setAttribute("aria-activedescendant", this.#found.length > 0 ? `jump-${this.#chosen}` : "");
    this.list.children[this.#chosen]?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && this.#found.length > 0) {
      event.preventDefault();
      this.#chosen = (this.#chosen + by + this.#found.length) % this.#found.length;
      this.#draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#pick(this.#chosen);
    }
  }

  #pick(index) {
    const found = this.#found[index];
    if (found === undefined) return;
    this.dialog.close();
    this.go(found.pane, found.room);
  }
}
