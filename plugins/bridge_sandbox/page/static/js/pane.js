// One platform: its rooms, the room that is open, and a place to type.

import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { Sidebar } from "./sidebar.js";
import { Timeline } from "./timeline.js";

const ACTIVITY = 10_000; // ms for which an activity is shown unless it ends before

export class Pane {
  room = null;
  unread = new Map();
  #said = null;
  #activities = new Map();

  /** `startsThreads`: people can begin a thread under a message; `listsThreads`: threads stand in the sidebar. */
  constructor(world, name, { label, heading, startsThreads, listsThreads, element, announce }) {
    Object.assign(this, { world, name, label, startsThreads, listsThreads, element, announce });
    this.sidebar = new Sidebar(this, heading);
    this.timeline = new Timeline(this);
    this.composer = new Composer(this);
    this.menu = h("button.menu", { type: "button", "aria-label": `Rooms of ${label}`, "aria-expanded": "false" });
    this.back = h("button.back", { type: "button", "aria-label": "Back to the channel", hidden: true });
    this.heading = h("h3");
    this.about = h("p.about");
    this.activity = h("p.activity", { hidden: true });
    const header = h("header.room-header", {}, this.menu, this.back, h("div.titles", {}, this.heading, this.about), h(`span.platform.service.${name}`, {}, label));
    const main = h("div.room-main", {}, header, this.timeline.element, this.activity, this.composer.element);
    element.replaceChildren(this.sidebar.element, main);
    this.menu.addEventListener("click", () => this.#toggleMenu());
    this.back.addEventListener("click", () => this.leaveThread());
    this.#listen();
  }

  get service() {
    return this.world.services.get(this.name);
  }

  /** A room's name as people write it: `#general`, `@bridge`. */
  title(room) {
    return (room.kind === "direct" ? "@" : room.parent === null ? "#" : "") + room.name.replace(/^[#@]/, "");
  }

  sign(room) {
    return { direct: "@", thread: "└", forum: "≡" }[room.parent === null ? room.kind : "thread"] ?? "#";
  }

  /** Whether messages of this room can have threads. */
  canThread(room) {
    return room.kind === "channel" || this.startsThreads;
  }

  /** Open a room because a person chose it. */
  pick(room) {
    this.#toggleMenu(false);
    this.open(room);
    this.composer.focus();
  }

  open(room) {
    this.room = room;
    this.unread.delete(room.id);
    const parent = room.parent === null ? null : this.service.rooms.get(room.parent);
    this.heading.textContent = parent === null ? this.title(room) : room.name && this.listsThreads ? room.name : "Thread";
    this.about.textContent = parent === null ? this.world.guide(this.name, room).about : `in ${this.title(parent)}`;
    this.back.hidden = parent === null;
    this.timeline.show(room);
    this.composer.show(room);
    this.sidebar.draw();
    this.#drawActivity();
  }

  /** Open the thread of a message; where people may, begin one. */
  openThread(message) {
    const begun = { id: `${message.room}:${message.id}`, name: "", kind: "thread", parent: message.room, root: message.id };
    this.open(this.service.threadOf(message) ?? begun);
    this.composer.focus();
  }

  leaveThread() {
    const parent = this.room?.parent && this.service.rooms.get(this.room.parent);
    if (parent) this.pick(parent);
    return Boolean(parent);
  }

  /** The next or previous room of the sidebar. */
  step(by) {
    const rooms = [...this.service.rooms.values()].filter((room) => room.parent === null);
    const at = rooms.findIndex(({ id }) => id === (this.room.parent ?? this.room.id));
    this.pick(rooms[(at + by + rooms.length) % rooms.length]);
  }

  /** A person has just written `message` here: the thread that answers it opens by itself. */
  said(message) {
    this.#said = message;
    const thread = this.service.threadOf(message);
    if (thread !== undefined) this.#follow(thread);
  }

  #follow(thread) {
    if (this.#said?.id !== thread.root || this.room.id !== thread.parent) return;
    const typing = document.activeElement === this.composer.text;
    this.#said = null;
    this.open(thread);
    if (typing) this.composer.focus();
  }

  #listen() {
    const mine = (handler) => ({ detail }) => detail.service === this.name && handler(detail);
    this.world.addEventListener("reset", () => this.#reset());
    this.world.addEventListener("room", mine(({ room }) => this.#onRoom(room)));
    this.world.addEventListener("message", mine((change) => this.#onMessage(change)));
    this.world.addEventListener("activity", mine(({ roomId, text }) => this.#setActivity(roomId, text)));
  }

  #reset() {
    const rooms = [...this.service.rooms.values()];
    this.open(this.service.rooms.get(this.room?.id) ?? rooms.find((room) => room.parent === null));
  }

  #onRoom(room) {
    if (room.parent !== null && room.parent === this.room?.id) this.timeline.refreshThreads();
    if (room.id === this.room?.id) this.room = room;
    if (room.parent !== null) this.#follow(room);
    this.sidebar.draw();
  }

  #onMessage({ message, kind }) {
    if (message.bot && kind === "posted") this.#setActivity(message.room, "");
    const root = this.room.parent === message.room && this.room.root === message.id;
    if (message.room === this.room.id || root) this.timeline.take(message, kind === "edited");
    else if (kind === "posted" && message.bot) this.#count(message.room);
    if (this.service.rooms.get(message.room)?.parent === this.room.id) this.timeline.refreshThreads();
    if (kind === "posted" && message.bot) this.announce(`${message.author} answers on ${this.label}`);
  }

  #count(roomId) {
    const room = this.service.rooms.get(roomId);
    const listed = this.listsThreads ? roomId : (room?.parent ?? roomId);
    if (listed === this.room.id) return;
    this.unread.set(listed, (this.unread.get(listed) ?? 0) + 1);
    this.sidebar.draw();
  }

  #setActivity(roomId, text) {
    clearTimeout(this.#activities.get(roomId)?.timer);
    this.#activities.delete(roomId);
    if (text !== "") {
      const timer = setTimeout(() => this.#setActivity(roomId, ""), ACTIVITY);
      this.#activities.set(roomId, { text, timer });
    }
    this.#drawActivity();
  }

  #drawActivity() {
    const here = (id) => id === this.room?.id || id.startsWith(`${this.room?.id}:`); // or in a thread yet to be opened
    const text = [...this.#activities].find(([id]) => here(id))?.[1].text ?? "";
    this.activity.hidden = text === "";
    this.activity.textContent = text.startsWith("is ") ? `${this.service.mention.slice(1)} ${text}` : text;
  }

  #toggleMenu(open = !this.element.classList.contains("menu-open")) {
    this.element.classList.toggle("menu-open", open);
    this.menu.setAttribute("aria-expanded", String(open));
  }
}
