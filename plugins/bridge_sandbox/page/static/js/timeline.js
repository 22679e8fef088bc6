// The messages of the room that is open. It stays at its end while a person reads there.

import { h } from "./dom.js";
import { MessageView } from "./message.js";

const TOGETHER = 5 * 60 * 1000; // ms in which messages of one author stand under one name
const NEAR = 60; // px from the end that still count as there

export class Timeline {
  #views = new Map();
  #room = null;

  constructor(pane) {
    this.pane = pane;
    this.list = h("div.messages", { role: "log", "aria-live": "off", "aria-label": "Messages" });
    this.newer = h("button.newer", { type: "button", hidden: true, onclick: () => this.#toEnd() }, "Newer messages ↓");
    this.scroller = h("div.timeline", { tabindex: "0", "aria-label": "Messages", role: "group" }, this.list);
    this.element = h("div.timeline-frame", {}, this.scroller, this.newer);
    this.scroller.addEventListener("scroll", () => {
      if (this.#atEnd()) this.newer.hidden = true;
    });
  }

  /** Show a room from its beginning. */
  show(room) {
    this.#room = room;
    this.#views.clear();
    this.list.replaceChildren();
    for (const message of this.pane.service.shown(room)) this.#add(message);
    if (this.#views.size === 0) this.list.append(this.#welcome(room));
    this.#toEnd();
  }

  /** Take a new or changed message of the room. */
  take(message, live) {
    const following = this.#atEnd();
    const view = this.#views.get(message.id);
    if (message.deleted) {
      view?.element.remove();
      this.#views.delete(message.id);
    } else if (view !== undefined) {
      view.update(message, live);
    } else {
      this.list.querySelector(".welcome")?.remove();
      this.#add(message);
    }
    if (following || !message.bot) this.#toEnd();
    else this.newer.hidden = false;
  }

  /** Show again how many replies the threads of the room have. */
  refreshThreads() {
    const following = this.#atEnd();
    for (const view of this.#views.values()) this.#linkThread(view);
    if (following) this.#toEnd();
  }

  #add(message) {
    const threads = this.#room.parent === null && this.#room.kind !== "forum" && this.pane.canThread(this.#room);
    const view = new MessageView(message, threads ? (one) => this.pane.openThread(one) : undefined);
    const previous = [...this.#views.values()].at(-1)?.message;
    view.compact =
      previous !== undefined &&
      previous.author === message.author &&
      previous.bot === message.bot &&
      new Date(message.at) - new Date(previous.at) < TOGETHER &&
      this.pane.service.threadOf(previous) === undefined;
    this.#views.set(message.id, view);
    this.list.append(view.element);
    if (threads) this.#linkThread(view);
  }

  #linkThread(view) {
    const { service } = this.pane;
    const thread = service.threadOf(view.message);
    if (thread !== undefined) view.setThread(this.pane.listsThreads ? thread : { ...thread, name: "" }, service.shown(thread).filter(({ id }) => id !== view.message.id).length);
    else if (this.pane.startsThreads) view.setThread(null, 0);
  }

  #welcome(room) {
    const { about } = this.pane.world.guide(this.pane.service.name, room);
    const text = room.kind === "forum" ? "Write the first post." : "Nothing has been said here yet.";
    return h("div.welcome", {}, h("p.welcome-title", {}, this.pane.title(room)), h("p", {}, about || text));
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newer.hidden = true;
  }
}
