// The same with @parse/node-apn. Arguments and output as tests/programs/bench/arguments.py has them.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import apn from "@parse/node-apn";

const text = { type: "string" };
const { values: given } = parseArgs({
  options: {
    "apns-url": text, ca: text, key: text, "key-id": text, "team-id": text, topic: text, pushes: text,
    "in-flight": text, payload: text,
  },
});
const address = new URL(given["apns-url"]);
const payload = JSON.parse(given.payload);
const pushes = Number(given.pushes);
const inFlight = Number(given["in-flight"]);
const provider = new apn.Provider({
  address: address.hostname,
  port: Number(address.port),
  ca: readFileSync(given.ca),
  token: { key: readFileSync(given.key), keyId: given["key-id"], teamId: given["team-id"] },
  requestTimeout: 20_000,
});

async function push(number) {
  const notification = new apn.Notification();
  Object.assign(notification, {
    topic: given.topic,
    pushType: "voip",
    priority: 10,
    id: crypto.randomUUID(),
    expiry: Math.floor(Date.now() / 1000) + 30,
    rawPayload: payload,
  });
  const { sent } = await provider.send(notification, number.toString(16).padStart(64, "0"));
  return sent.length;
}

await push(0);
await Promise.all(Array.from({ length: inFlight }, (_, number) => push(number)));
let next = 0;
let accepted = 0;
const latencies = [];
const sendSome = async () => {
  while (next < pushes) {
    const started = performance.now();
    const sent = await push(next++);
    accepted += sent;
    latencies.push(performance.now() - started);
  }
};
const cpuStarted = process.cpuUsage();
const started = performance.now();
await Promise.all(Array.from({ length: inFlight }, sendSome));
const elapsedMs = performance.now() - started;
const { user, system } = process.cpuUsage(cpuStarted);
latencies.sort((a, b) => a - b);
const percentile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
console.log(
  JSON.stringify({
    pushes_per_s: (pushes / elapsedMs) * 1000,
    cpu_us_per_push: (user + system) / pushes,
    p50_ms: percentile(0.5),
    p99_ms: percentile(0.99),
    accepted,
  }),
);
process.exit(0);
