// Sends pushes one after the other with @parse/node-apn and prints what it makes of the answers.
// stdin: {"provider": options of apn.Provider, "pushes": [{"device", "topic", "payload"}]}; stdout: one JSON array.
const fs = require("node:fs");
const apn = require("@parse/node-apn");

async function main() {
  const { provider: options, pushes } = JSON.parse(fs.readFileSync(0, "utf8"));
  const provider = new apn.Provider(options);
  const results = [];
  for (const { device, topic, payload } of pushes) {
    const note = new apn.Notification();
    Object.assign(note, { topic, pushType: "voip", priority: 10, expiry: 0, rawPayload: payload });
    const { sent, failed } = await provider.send(note, device);
    results.push({ sent: sent.length, failed: failed.map(({ status, response }) => ({ status, response })) });
  }
  await provider.shutdown();
  process.stdout.write(JSON.stringify(results));
}

main();
