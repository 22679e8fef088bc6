// The connection to the page's server: items come in over a WebSocket, what people type goes out as a POST.

const FIRST_WAIT = 400;
const LONGEST_WAIT = 5000;

/** Feed `world` for as long as the page is open; comes back after the server was away. */
export function feed(world) {
  let wait = FIRST_WAIT;
  const connect = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/feed`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT;
      world.link(true);
    });
    socket.addEventListener("message", ({ data }) => {
      for (const item of JSON.parse(data)) world.take(item);
    });
    socket.addEventListener("close", () => {
      world.link(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  connect();
}

/** Write a message as a person; the message as the platform has it. Throws an Error that says what is wrong. */
export async function say(service, room, text) {
  return (await post("/say", { service, room, text })).message;
}

/** Stop the bridge and start it again. */
export async function restart() {
  await post("/restart", {});
}

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The demo does not answer. Is it still running in its terminal?");
  }
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
