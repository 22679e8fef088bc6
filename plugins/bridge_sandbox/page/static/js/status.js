// How the bridge is doing, and a button that restarts it.

import { restart } from "./feed.js";

const WORDS = {
  absent: "",
  starting: "Bridge starting",
  connected: "Bridge connected",
  stopped: "Bridge stopped",
};

/** Keep `element` (the words) and `button` (restart) up to date. */
export function status(world, element, button) {
  let linked = true;
  const draw = () => {
    const { state, text, restartable } = world.bridge;
    element.dataset.state = linked ? state : "stopped";
    element.textContent = linked ? WORDS[state] : "The demo does not answer";
    element.title = text;
    button.hidden = !restartable;
    button.disabled = !linked || state === "starting";
  };
  world.addEventListener("bridge", draw);
  world.addEventListener("link", ({ detail }) => {
    linked = detail.up;
    draw();
  });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await restart();
    } catch (error) {
      element.textContent = error.message;
    }
    draw();
  });
}
