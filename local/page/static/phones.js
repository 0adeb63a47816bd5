// The registered devices as iPhones with a lock screen.

import { busy, post } from "./api.js";
import { h, icon, keep } from "./dom.js";

const HANDSET =
  "M6.6 10.8a15 15 0 0 0 6.600 6.600l2.200-2.200c.3-.3.7-.4 1-.2 1.100.4 2.300.6 3.600.6.6 0 1 .4 1 1V20c0 .6-.4 1-1 1A17 17 0 0 1 3 4c0-.6.4-1 1-1h3.500c.6 0 1 .4 1 1 0 1.200.2 2.400.6 3.600.1.3 0 .7-.3 1z";
const CAMERA = "M17 10.500V7a1 1 0 0 0-1-1H4a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-3.500l4 4v-11z";

const list = document.getElementById("phone-list");
const announcements = document.getElementById("announcements");
const AFTER = {
  cancelled: "Missed call",
  missed: "Missed call",
  declined: "Declined here",
  "declined elsewhere": "Declined",
  "answered elsewhere": "Answered on another phone",
  ended: "Call ended",
};
const WHY = { cancelled: "the caller gave up", missed: "the ring time is over" };
let said = new Map();
let first = true;

export function showPhones(phones) {
  keep(list, phones, (phone) => phone.device, card);
  document.getElementById("no-phones").hidden = phones.length > 0;
  announce(phones);
  tick();
}

function card(phone) {
  const inState = (state) => phone.screens.find((each) => each.state === state);
  const screen = inState("ringing") ?? inState("in call") ?? phone.screens[0];
  const state = screen?.state === "ringing" ? "ringing" : screen?.state === "in call" ? "in-call" : "idle";
  return h(
    "li",
    { class: "phone", "data-state": state, "data-device": phone.device, "data-uid": phone.uid },
    h(
      "article",
      { "aria-label": `${phone.uid}’s iPhone, ${stateInWords(phone, screen)}` },
      h(
        "div",
        { class: "body" },
        h("div", { class: "island", "aria-hidden": "true" }),
        state === "idle" ? lockScreen(phone) : callScreen(phone, screen),
      ),
      caption(phone),
    ),
  );
}

function stateInWords(phone, screen) {
  if (!screen) return "locked";
  return `${screen.state}: ${screen.caller}`;
}

function lockScreen(phone) {
  return h(
    "div",
    { class: "lock" },
    h("div", { class: "clock", "aria-hidden": "true" }),
    h("div", { class: "date", "aria-hidden": "true" }),
    h(
      "ul",
      { class: "notices" },
      phone.app_deleted && h("li", {}, h("strong", {}, "App deleted"), h("span", {}, "APNs will answer 410")),
      phone.quarantined && h("li", {}, h("strong", {}, "Quarantined"), h("span", {}, "APNs calls its token bad")),
      phone.screens
        .slice(0, phone.app_deleted || phone.quarantined ? 1 : 2)
        .map((screen) =>
          h(
            "li",
            {},
            h("strong", {}, AFTER[screen.state] ?? screen.state),
            h("span", {}, [screen.caller, WHY[screen.state]].filter(Boolean).join(" · ")),
          ),
        ),
    ),
  );
}

function callScreen(phone, screen) {
  const ringing = screen.state === "ringing";
  const waiting = phone.screens.filter((each) => each.state === "ringing" && each !== screen).length;
  const act = (does) => (event) =>
    busy(event.currentTarget, () => post("/api/in-call", { device: phone.device, uuid: screen.uuid, does }));
  const button = (does, label, kind) =>
    h(
      "button",
      {
        type: "button",
        class: kind,
        "data-focus": kind,
        onclick: act(does),
        "aria-label": `${label}: ${screen.caller} on ${phone.uid}’s iPhone`,
      },
      icon(screen.type === "video" && does === "answer" ? CAMERA : HANDSET),
      h("span", { "aria-hidden": "true" }, label),
    );
  return h(
    "div",
    { class: "call" },
    h("div", { class: "avatar", "aria-hidden": "true" }, (screen.caller[0] ?? "?").toUpperCase()),
    h("p", { class: "caller" }, screen.caller),
    h(
      "p",
      { class: "kind" },
      ringing ? `incoming ${screen.type} call` : `in the ${screen.type} call`,
      screen.group && ` · ${screen.group}`,
    ),
    ringing && h("p", { class: "left", "data-ends": screen.ends_at_ms, "aria-hidden": "true" }),
    h(
      "div",
      { class: "notes" },
      screen.pushes > 1 && h("p", { class: "note" }, `${screen.pushes} pushes, one call: the same uuid`),
      ringing && screen.asked > 0 && h("p", { class: "note" }, `asked ${screen.asked === 1 ? "once" : `${screen.asked} times`} whether it still rings`),
      waiting > 0 && h("p", { class: "note" }, `${waiting} more call${waiting > 1 ? "s" : ""} waiting`),
    ),
    h(
      "div",
      { class: "buttons" },
      ringing ? [button("decline", "Decline", "decline"), button("answer", "Answer", "accept")] : button("hang up", "End", "decline"),
    ),
  );
}

function caption(phone) {
  const act = (does) => (event) => busy(event.currentTarget, () => post("/api/phone", { device: phone.device, does }));
  const button = (does, label, title) =>
    h("button", { type: "button", class: "small", "data-focus": does, onclick: act(does), title, "aria-label": `${label}: ${phone.uid}’s iPhone ${phone.device}` }, label);
  return h(
    "div",
    { class: "caption" },
    h("p", {}, h("strong", {}, phone.uid), phone.environment === "sandbox" && h("span", { class: "tag" }, "sandbox")),
    h("p", { class: "hash", title: "the hash of its device token, as in logs" }, phone.device),
    h(
      "p",
      { class: "deeds" },
      button("sign out", "Sign out", "The app takes its token back: DELETE /voip-tokens/{token}"),
      !phone.app_deleted && button("delete app", "Delete app", "Leaves a dead token behind: the next push is answered with 410"),
    ),
  );
}

function announce(phones) {
  const now = new Map();
  const news = [];
  for (const phone of phones) {
    for (const screen of phone.screens.slice(0, 1)) {
      const text = `${phone.uid}’s iPhone: ${screen.state === "ringing" ? `${screen.caller} is calling, ${screen.type}` : `${screen.caller}, ${screen.state}`}`;
      now.set(phone.device, text);
      if (said.get(phone.device) !== text) news.push(text);
    }
    if (!now.has(phone.device)) now.set(phone.device, "");
  }
  for (const device of said.keys()) if (!now.has(device)) news.push(`The phone ${device} is no longer registered`);
  if (news.length && !first) announcements.textContent = news.join(". ");
  said = now;
  first = false;
}

function tick() {
  const now = new Date();
  const clock = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const date = now.toLocaleDateString("en", { weekday: "long", day: "numeric", month: "long" });
  for (const element of list.querySelectorAll(".clock")) element.textContent = clock;
  for (const element of list.querySelectorAll(".date")) element.textContent = date;
  for (const element of list.querySelectorAll(".left")) {
    element.textContent = `rings ${Math.max(0, Math.ceil((element.dataset.ends - now) / 1000))} s more`;
  }
}

setInterval(tick, 1000);
