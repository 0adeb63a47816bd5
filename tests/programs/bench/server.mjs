// Accepts every push after some milliseconds, of ten the last one SPREAD_MS later than the first. GET /pushes says when
// they came (ms since the epoch), and forgets it. node server.mjs SERVER.PEM LATENCY_MS [SPREAD_MS]; prints its port.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const pem = readFileSync(process.argv[2]);
const [latencyMs, spreadMs] = [Number(process.argv[3]), Number(process.argv[4] ?? 0)];
const MAX_KEPT = 10_000;
let pushes = [];
const server = createSecureServer({ key: pem, cert: pem, settings: { maxConcurrentStreams: 1000 } });
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  if (headers[":path"] === "/pushes") {
    stream.respond({ ":status": 200, "content-type": "application/json" });
    stream.end(JSON.stringify(pushes));
    pushes = [];
    return;
  }
  const delayMs = latencyMs + (spreadMs * (pushes.length % 10)) / 9;
  if (pushes.length < MAX_KEPT) pushes.push(performance.timeOrigin + performance.now());
  stream.resume();
  stream.on("end", () => {
    const answer = () => {
      if (!stream.destroyed) stream.respond({ ":status": 200, "apns-id": headers["apns-id"] }, { endStream: true });
    };
    if (delayMs) setTimeout(answer, delayMs);
    else answer();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
