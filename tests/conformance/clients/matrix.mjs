// Every version of the client over every way to connect, against one server.
//
// `node matrix.mjs URL`: prints one JSON line a combination and stage, `{client, way, stage, error}`.
// After the stage `first` of all it prints `{"restart": true}` and waits for a line on its input,
// while the server goes away and comes back; then the same clients must find back by themselves.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const url = process.argv[2];
const aliases = Object.keys(
  JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")).dependencies,
);
const WAYS = {
  websocket: { transports: ["websocket"] },
  polling: { transports: ["polling"], upgrade: false },
  upgrade: { transports: ["polling", "websocket"] },
};
const TIMEOUT_MS = 30_000;

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const within = (what, promise) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`never: ${what}`)), TIMEOUT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

const once = (socket, name) => new Promise((resolve) => socket.once(name, (...all) => resolve(all)));

const same = (what, found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)}`);
  }
};

/** An event and its echo, an event with an acknowledgement, many in a row in their order. */
async function talk(socket) {
  const back = once(socket, "message-back");
  socket.emit("message", 1, "ş😀", { a: [true, null] });
  same("echo", await within("the echo", back), [1, "ş😀", { a: [true, null] }]);
  const ack = new Promise((resolve) => {
    socket.emit("message-with-ack", "x", { b: 2 }, (...all) => resolve(all));
  });
  same("ack", await within("the ack", ack), ["x", { b: 2 }]);
  const heard = [];
  const all = new Promise((resolve) => {
    const hear = (number) => {
      heard.push(number);
      if (heard.length === 50) {
        socket.off("message-back", hear);
        resolve();
      }
    };
    socket.on("message-back", hear);
  });
  for (let number = 0; number < 50; number += 1) {
    socket.emit("message", number);
  }
  await within("fifty echoes", all);
  same("order", heard, [...Array(50).keys()]);
}

async function open(alias, way) {
  const { io } = require(alias);
  const socket = io(`${url}/custom`, {
    ...WAYS[way],
    auth: { token: `${alias} ${way}` },
    forceNew: true,
    reconnectionDelay: 200,
    reconnectionDelayMax: 500,
  });
  const told = once(socket, "auth");
  await within("the connection", once(socket, "connect"));
  same("server event", await within("the server's event", told), [{ token: `${alias} ${way}` }]);
  return socket;
}

async function arrive(socket, way) {
  const wanted = way === "polling" ? "polling" : "websocket";
  const engine = socket.io.engine;
  if (way === "upgrade" && engine.transport.name !== wanted) {
    await within("the upgrade", new Promise((resolve) => engine.once("upgrade", resolve)));
  }
  same("transport", engine.transport.name, wanted);
}

async function stage(client, way, name, run) {
  try {
    const result = await run();
    say({ client, way, stage: name, error: null });
    return result;
  } catch (error) {
    say({ client, way, stage: name, error: String(error) });
    return null;
  }
}

const all = aliases.flatMap((alias) => Object.keys(WAYS).map((way) => [alias, way]));
const sockets = await Promise.all(
  all.map(([alias, way]) =>
    stage(alias, way, "first", async () => {
      const socket = await open(alias, way);
      // While it changes transports, nothing is lost or overtaken.
      await talk(socket);
      await arrive(socket, way);
      await talk(socket);
      return socket;
    }),
  ),
);
const back = sockets.map((socket) => socket && once(socket, "connect"));
say({ restart: true });
await new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
await Promise.all(
  all.map(([alias, way], index) =>
    stage(alias, way, "again", async () => {
      await within("the way back", back[index]);
      await talk(sockets[index]);
      await arrive(sockets[index], way);
      sockets[index].disconnect();
    }),
  ),
);
process.exit(0);
