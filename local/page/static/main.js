// Shows what the server sends. The browser reconnects by itself, and then gets the whole state again.

import { forgetCalls, showCall } from "./calls.js";
import { offerDevices, showFaults } from "./faults.js";
import { offerUids } from "./forms.js";
import { showPhones } from "./phones.js";

const live = document.getElementById("live");
const events = new EventSource("/events");

function on(name, show) {
  events.addEventListener(name, (event) => show(JSON.parse(event.data)));
}

function say(text, state = text) {
  live.textContent = text;
  live.dataset.state = state;
}

events.addEventListener("open", () => say("live"));
events.addEventListener("error", () => say("not connected"));
on("problems", (problems) => {
  if (problems.length === 0) return say("live");
  const at = (ms) => new Date(ms).toLocaleTimeString([], { hour12: false });
  say(problems.map(({ what, since_ms: since }) => `${what}, since ${at(since)}`).join("; "), "trouble");
});

on("about", (about) => {
  forgetCalls();
  document.getElementById("webhook-url").textContent = about.webhook_url;
  const note = document.getElementById("no-simulator");
  note.hidden = about.apns === null;
  note.textContent = `The stack pushes to ${about.apns}, which is not our simulator: what it receives can’t be shown, no phone rings here, and there are no faults to switch on.`;
  document.body.classList.toggle("no-simulator", about.apns !== null);
});
on("phones", (phones) => {
  showPhones(phones);
  offerUids(phones);
  offerDevices(phones);
});
on("call", showCall);
on("faults", showFaults);
on("stack", ({ waiting, dead_letters: deadLetters }) => {
  document.getElementById("waiting").textContent = waiting;
  const dead = document.getElementById("dead-letters");
  dead.textContent = deadLetters;
  dead.dataset.state = deadLetters ? "some" : "none";
});
