// An APNs of sorts on Node's own HTTP/2 (nghttp2). One JSON command a line on stdin, one JSON answer a line on stdout:
//   {"fault": {"device", "action", ...}}  what happens to the next push to that device, see `faults`
//   {"settings": N}                       allows N streams on every connection
//   {"close": "goaway"|"destroy"|"rst"}   ends every connection
//   {"latency_ms": N}
//   {}                                    {"port", "accepted": [apns-id, ...], "connections", "most_streams"}
// As APNs, a connection allows one stream until its first accepted push, 1000 then, and one again after a 4xx.
import { readFileSync } from "node:fs";
import { constants, createSecureServer } from "node:http2";
import { createInterface } from "node:readline";

const pem = readFileSync(process.argv[2]);
const server = createSecureServer({ key: pem, cert: pem, settings: { maxConcurrentStreams: 1 } });
const sessions = new Set();
const sockets = new Set();
const accepted = [];
const pending = [];
let connections = 0;
let latencyMs = 0;
let mostStreams = 0;

const allow = (session, streams) => session.settings({ maxConcurrentStreams: streams });

function answer(stream, apnsId, status = 200, body = "") {
  if (stream.destroyed || stream.closed) return;
  if (status === 200) {
    accepted.push(apnsId);
    if (!stream.session.proven) allow(stream.session, 1000);
    stream.session.proven = true;
  } else if (status < 500) {
    allow(stream.session, 1);
    stream.session.proven = false;
  }
  stream.respond({ ":status": status, "apns-id": apnsId });
  stream.end(body);
}

const faults = {
  reject: (stream, id, { status, body }) => answer(stream, id, status, body),
  silence: (_, id, fault) => void (fault.accepted && accepted.push(id)),
  reset: (stream, id, fault) => {
    if (fault.accepted) accepted.push(id);
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  },
  refuse: (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  // last: what is added to this push's stream id in each GOAWAY, or an absolute number as a string. Node can't send 0.
  goaway: (stream, id, { last }) => {
    const { session } = stream;
    const ids = last.map((each) => (typeof each === "string" ? Number(each) : stream.id + each));
    for (const each of ids) session.goaway(0, each, Buffer.from('{"reason":"Shutdown"}'));
    if (Math.min(...ids) >= stream.id) setTimeout(answer, latencyMs, stream, id);
  },
  close: (stream, id, { how, accepted: isAccepted }) => {
    if (isAccepted) accepted.push(id);
    end(stream.session, how);
  },
};

function end(session, how) {
  if (how === "goaway") session.close();
  else if (how === "destroy") session.destroy();
  else session.rawSocket.resetAndDestroy();
}

server.on("connection", (socket) => {
  sockets.add(socket);
  socket.on("error", () => {}).on("close", () => sockets.delete(socket));
});
server.on("session", (session) => {
  connections += 1;
  sessions.add(session);
  session.open = 0;
  session.rawSocket = [...sockets].find((socket) => socket.remotePort === session.socket.remotePort);
  session.on("error", () => {}).on("close", () => sessions.delete(session));
});
server.on("sessionError", () => {});
server.on("stream", (stream, headers) => {
  stream.session.open += 1;
  mostStreams = Math.max(mostStreams, stream.session.open);
  const { session } = stream;
  stream.on("error", () => {}).on("close", () => (session.open -= 1));
  stream.resume();
  stream.on("end", () => {
    const device = headers[":path"].slice("/3/device/".length);
    const index = pending.findIndex((fault) => fault.device === device);
    const [fault] = index < 0 ? [] : pending.splice(index, 1);
    if (fault) faults[fault.action](stream, headers["apns-id"], fault);
    else setTimeout(answer, latencyMs, stream, headers["apns-id"]);
  });
});

server.listen(0, "127.0.0.1", () => {
  createInterface({ input: process.stdin }).on("line", (line) => {
    const command = JSON.parse(line);
    if (command.fault) pending.push(command.fault);
    if (command.latency_ms !== undefined) latencyMs = command.latency_ms;
    for (const session of sessions) {
      if (command.settings !== undefined) allow(session, command.settings);
      if (command.close) end(session, command.close);
    }
    console.log(JSON.stringify({ port: server.address().port, accepted, connections, most_streams: mostStreams }));
  }).on("close", () => process.exit(0));
});
