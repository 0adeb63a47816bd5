// Accepts every push after some milliseconds. node server.mjs SERVER.PEM LATENCY_MS; prints its port.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const [pem, latencyMs] = [readFileSync(process.argv[2]), Number(process.argv[3])];
const server = createSecureServer({ key: pem, cert: pem, settings: { maxConcurrentStreams: 1000 } });
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  stream.resume();
  stream.on("end", () => {
    const answer = () => {
      if (!stream.destroyed) stream.respond({ ":status": 200, "apns-id": headers["apns-id"] }, { endStream: true });
    };
    if (latencyMs) setTimeout(answer, latencyMs);
    else answer();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
