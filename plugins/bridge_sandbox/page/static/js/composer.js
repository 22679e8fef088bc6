// Where a person types: Enter sends, `@` mentions the bot, suggestions say what could be asked.

import { say } from "./feed.js";
import { h } from "./dom.js";

const TALLEST = 160; // px

export class Composer {
  #drafts = new Map();
  #room = null;

  constructor(pane) {
    this.pane = pane;
    this.text = h("textarea", { rows: "1", autocomplete: "off", spellcheck: "true", enterkeyhint: "send" });
    this.mention = h("button.mention-bot", { type: "button", title: "Mention the bot", "aria-label": "Mention the bot" }, "@");
    this.send = h("button.send", { type: "submit", "aria-label": "Send" });
    this.suggestions = h("div.suggestions", { role: "group", "aria-label": "Things to ask" });
    this.error = h("p.error", { role: "alert", hidden: true });
    const form = h("form.composer", {}, this.text, h("div.tools", {}, this.mention, this.send));
    this.element = h("div.compose", {}, this.suggestions, this.error, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.text.addEventListener("input", () => this.#changed());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.mention.addEventListener("click", () => this.#insertMention());
  }

  /** Compose for a room; what was typed there before comes back. */
  show(room) {
    this.#room = room;
    this.text.value = this.#drafts.get(room.id) ?? "";
    const where = room.parent === null ? `Message ${this.pane.title(room)}` : "Reply in thread";
    this.text.placeholder = where;
    this.text.setAttribute("aria-label", `${where} on ${this.pane.label}`);
    this.mention.hidden = room.kind === "direct";
    this.#fail("");
    this.#changed();
  }

  focus() {
    this.text.focus();
  }

  /** Show the suggestions again, as they depend on what was said. */
  refreshSuggestions() {
    const { world, service } = this.pane;
    const guide = world.guide(service.name, this.#room);
    const inThread = this.#room.parent !== null;
    const texts = this.text.value.trim() !== "" ? [] : inThread ? guide.follow_ups : guide.suggestions;
    this.suggestions.replaceChildren(
      ...texts.map((text) => h("button", { type: "button", onclick: () => this.#suggest(text) }, text)),
    );
    this.suggestions.hidden = texts.length === 0;
  }

  #suggest(text) {
    const mention = this.#room.kind === "direct" || this.#room.parent !== null ? "" : `${this.pane.service.mention} `;
    this.text.value = mention + text;
    this.#changed();
    this.focus();
  }

  #insertMention() {
    const { mention } = this.pane.service;
    const { selectionStart: start, selectionEnd: end, value } = this.text;
    const before = start > 0 && !/\s$/.test(value.slice(0, start)) ? " " : "";
    this.text.setRangeText(`${before}${mention} `, start, end, "end");
    this.#changed();
    this.focus();
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void this.#submit();
    } else if (event.key === "Tab" && !event.shiftKey && this.#completesMention()) {
      event.preventDefault();
    }
  }

  /** `@br` and Tab becomes the whole mention. */
  #completesMention() {
    const { mention } = this.pane.service;
    const start = this.text.selectionStart;
    const typed = /(?:^|\s)(@\w*)$/.exec(this.text.value.slice(0, start))?.[1];
    if (typed === undefined || typed === mention || !mention.toLowerCase().startsWith(typed.toLowerCase())) return false;
    this.text.setRangeText(`${mention} `, start - typed.length, start, "end");
    this.#changed();
    return true;
  }

  async #submit() {
    const room = this.#room;
    const text = this.text.value;
    if (text.trim() === "") return;
    this.text.value = "";
    this.#changed();
    try {
      this.pane.said(await say(this.pane.service.name, room.id, text));
      this.#fail("");
    } catch (error) {
      this.#drafts.set(room.id, text);
      if (this.#room === room && this.text.value === "") this.text.value = text;
      this.#changed();
      this.#fail(error.message);
    }
  }

  #fail(text) {
    this.error.textContent = text;
    this.error.hidden = text === "";
  }

  #changed() {
    this.#drafts.set(this.#room.id, this.text.value);
    this.send.disabled = this.text.value.trim() === "";
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, TALLEST)}px`;
    this.refreshSuggestions();
  }
}
