// One message on screen. It is updated in place while it is being written.

import { clock, count, h } from "./dom.js";
import { renderMarkdown } from "./markdown.js";

const LIVE = 1800; // ms after the last edit for which a message counts as being written

export class MessageView {
  #live = null;

  /** `onthread` opens the thread of this message; left out where there can be none. */
  constructor(message, onthread) {
    this.onthread = onthread;
    this.body = h("div.body");
    const name = h("span.author", {}, message.author);
    const time = h("time", { datetime: message.at }, clock(message.at));
    this.writing = h("span.writing", { hidden: true, "aria-hidden": "true" }, "writing…");
    this.edited = h("span.edited", { hidden: true }, "(edited)");
    this.files = h("ul.files", { hidden: true });
    this.thread = h("div.thread-link");
    const head = h("div.head", {}, name, message.bot && h("span.badge", {}, "APP"), time);
    const foot = h("div.foot", {}, this.edited, this.writing);
    this.element = h(
      "article.message",
      { "data-id": message.id, "aria-label": `${message.author}, ${clock(message.at)}` },
      avatar(message),
      h("div.content", {}, head, this.body, this.files, foot, this.thread),
    );
    if (message.bot) this.element.classList.add("bot");
    this.update(message, false);
  }

  /** Show the newest version; `live` when it has just been edited. */
  update(message, live) {
    this.message = message;
    renderMarkdown(this.body, message.text);
    this.edited.hidden = message.edits === 0;
    this.edited.title = `Edited ${count(message.edits, "time", "times")}`;
    this.files.hidden = message.attachments.length === 0;
    this.files.replaceChildren(...message.attachments.map((name) => h("li", {}, name)));
    if (message.bot && (live || message.streaming)) this.#write();
  }

  /** Leave out avatar and name, when the message before is by the same person. */
  set compact(compact) {
    this.element.classList.toggle("compact", compact);
  }

  /** Show the thread that hangs from the message, with its number of replies; null while there is none. */
  setThread(thread, replies) {
    if (this.onthread === undefined) return;
    const label = thread === null ? "Reply in thread" : replies === 0 ? "Open thread" : count(replies, "reply", "replies");
    const title = thread !== null && thread.name ? h("span.thread-name", {}, thread.name) : null;
    const button = h("button", { type: "button", onclick: () => this.onthread(this.message) }, title, h("span", {}, label));
    button.className = thread === null ? "offer" : "thread";
    this.thread.replaceChildren(button);
  }

  #write() {
    this.writing.hidden = false;
    this.element.classList.add("live");
    clearTimeout(this.#live);
    this.#live = setTimeout(() => {
      this.writing.hidden = true;
      this.element.classList.remove("live");
    }, LIVE);
  }
}

function avatar({ author, bot }) {
  if (bot) return h("span.avatar.of-bot", { "aria-hidden": "true" });
  const hue = [...author].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return h(`span.avatar.hue-${hue}`, { "aria-hidden": "true" }, author.slice(0, 1).toUpperCase());
}
