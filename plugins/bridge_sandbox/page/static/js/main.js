// Puts the page together.

import { feed } from "./feed.js";
import { Jump } from "./jump.js";
import { Pane } from "./pane.js";
import { status } from "./status.js";
import { tabs } from "./tabs.js";
import { Wire } from "./wire.js";
import { World } from "./world.js";

const byId = (id) => document.getElementById(id);
const world = new World();
const announce = (text) => {
  byId("announcer").textContent = text;
};
const panes = [
  new Pane(world, "slack", {
    label: "Slack",
    heading: "Sandbox workspace",
    startsThreads: true,
    listsThreads: false,
    element: byId("pane-slack"),
    announce,
  }),
  new Pane(world, "discord", {
    label: "Discord",
    heading: "Sandbox server",
    startsThreads: false,
    listsThreads: true,
    element: byId("pane-discord"),
    announce,
  }),
];
new Wire(world, byId("pane-wire"));
status(world, byId("status"), byId("restart"));

const reveal = tabs(byId("tabs"));
const jump = new Jump(byId("jump"), panes, (pane, room) => {
  reveal(pane.element.id);
  pane.pick(room);
});
const help = byId("help");

/** The pane in which a person is, the first where in none. */
const current = () => panes.find(({ element }) => element.contains(document.activeElement)) ?? panes[0];

/** Go to the next pane, as F6 does in desktop programs. */
const cycle = (by) => {
  const order = [...panes.map(({ element }) => element), byId("pane-wire")];
  const at = order.findIndex((element) => element.contains(document.activeElement));
  const next = order[(at + by + order.length) % order.length];
  reveal(next.id);
  const places = ["textarea", "summary[tabindex='0']", "button"];
  places.map((selector) => next.querySelector(selector)).find((element) => element !== null)?.focus();
};

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") !== null) return;
  const typing = document.activeElement?.matches("textarea, input") ?? false;
  const command = event.ctrlKey || event.metaKey;
  let known = true;
  if (command && event.key.toLowerCase() === "k") jump.show();
  else if (event.altKey && event.key === "ArrowDown") current().step(1);
  else if (event.altKey && event.key === "ArrowUp") current().step(-1);
  else if (event.key === "F6") cycle(event.shiftKey ? -1 : 1);
  else if (event.key === "Escape") known = current().leaveThread();
  else if (event.key === "?" && !typing) help.showModal();
  else known = false;
  if (known) event.preventDefault();
});
byId("open-jump").addEventListener("click", () => jump.show());
byId("open-help").addEventListener("click", () => help.showModal());
help.addEventListener("click", ({ target }) => target === help && help.close());

feed(world);
