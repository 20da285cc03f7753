// The same relay in Node: `node relay.mjs PORT FOLDER`, with socket.io installed in FOLDER.
import { createRequire } from "node:module";
import { createServer } from "node:http";

const [port, folder] = process.argv.slice(2);
const { Server } = createRequire(`${folder}/`)("socket.io");
const http = createServer();
const io = new Server(http, { cors: { origin: "*" } });
const seqs = new Map();
const agents = io.of("/agent");

agents.on("connection", (socket) => socket.join(socket.handshake.auth.rooms));
io.of("/visitor").on("connection", (socket) => {
  socket.join(socket.handshake.auth.room);
  socket.on("message_send", (data, ack) => {
    const seq = (seqs.get(data.conversation) ?? 0) + 1;
    seqs.set(data.conversation, seq);
    agents.to(data.conversation).emit("message_created", { seq, ...data });
    ack({ ok: true, seq });
  });
});
http.listen(Number(port), "127.0.0.1");
