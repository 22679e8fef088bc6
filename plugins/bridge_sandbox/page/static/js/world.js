// What the page knows: rooms and messages of both platforms, the bridge's state and the wire. Views listen to it.

const REMEMBERED = 1000;

/** One platform. */
class Service {
  constructor({ service, mention, rooms, messages }) {
    this.name = service;
    this.mention = mention;
    this.rooms = new Map(rooms.map((room) => [room.id, room]));
    this.messages = new Map();
    for (const message of messages) this.put(message);
  }

  put(message) {
    const room = this.messages.get(message.room) ?? new Map();
    room.set(message.id, message);
    this.messages.set(message.room, room);
  }

  /** The messages to show in a room, oldest first; a thread begins with the message that it hangs from. */
  shown(room) {
    const own = [...(this.messages.get(room.id)?.values() ?? [])].filter((message) => !message.deleted);
    const root = this.root(room);
    return root === undefined || own.some((message) => message.id === root.id) ? own : [root, ...own];
  }

  /** The message in the parent room that a thread hangs from. */
  root(room) {
    return room.parent === null ? undefined : this.messages.get(room.parent)?.get(room.root);
  }

  /** The thread that hangs from a message. */
  threadOf(message) {
    return [...this.rooms.values()].find((room) => room.parent === message.room && room.root === message.id);
  }

  threadsIn(room) {
    return [...this.rooms.values()].filter((one) => one.parent === room.id);
  }
}

/** Dispatches `reset`, `room`, `message`, `activity`, `bridge`, `link` and `traffic`, each with what it is about as `detail`. */
export class World extends EventTarget {
  services = new Map();
  guides = {};
  bridge = { state: "absent", text: "", restartable: false };
  wire = [];

  /** Take one item of the feed. */
  take(item) {
    switch (item.type) {
      case "snapshot":
        this.services = new Map(item.services.map((one) => [one.service, new Service(one)]));
        this.guides = item.guides;
        this.wire = item.wire;
        this.bridge = item.bridge;
        this.#tell("reset", {});
        this.#tell("bridge", this.bridge);
        break;
      case "bridge":
        this.bridge = item;
        this.#tell("bridge", item);
        break;
      case "traffic":
        this.wire.push(item);
        if (this.wire.length > REMEMBERED) this.wire.splice(0, REMEMBERED / 4);
        this.#tell("traffic", item);
        break;
      case "change":
        this.#change(item);
        break;
    }
  }

  /** Say whether the page is connected to its server. */
  link(up) {
    this.#tell("link", { up });
  }

  /** What is said about a room: who answers there, and what could be asked. */
  guide(service, room) {
    const place = room.parent === null ? room : (this.services.get(service).rooms.get(room.parent) ?? room);
    return this.guides[service]?.[place.kind === "direct" ? "" : place.name] ?? { about: "", suggestions: [] };
  }

  #change({ service: name, kind, room_id: roomId, room, message, text }) {
    const service = this.services.get(name);
    if (service === undefined) return;
    if (room !== null) {
      service.rooms.set(room.id, room);
      this.#tell("room", { service: name, room });
    }
    if (message !== null) {
      service.put(message);
      this.#tell("message", { service: name, message, kind });
    }
    if (kind === "activity") this.#tell("activity", { service: name, roomId, text });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
