// Each call as a timeline, and its pushes as Apple received them.

import { h, keep } from "./dom.js";

const KEPT = 40;
const LIMIT_BYTES = 4096;
const STAGES = { webhook: "webhook", queue: "queue", push: "push", apns: "APNs", phone: "phone" };
const list = document.getElementById("call-list");
const tests = document.getElementById("show-tests");
const testsLabel = document.getElementById("show-tests-label");
const calls = new Map();
// What the person has opened or closed; else the newest call shows its steps.
const opened = new Map();

export function showCall(call) {
  calls.set(call.id, call);
  const latest = [...calls.values()].sort((one, other) => other.began_at_ms - one.began_at_ms);
  for (const old of latest.splice(KEPT)) calls.delete(old.id);
  show();
}

function show() {
  const latest = [...calls.values()].sort((one, other) => other.began_at_ms - one.began_at_ms);
  const shown = latest.filter((call) => !call.posted_by || tests.checked);
  keep(list, shown.map((each, index) => ({ ...each, newest: index === 0 })), (each) => each.id, article);
  document.getElementById("no-calls").hidden = shown.length > 0;
  testsLabel.hidden = latest.every((call) => !call.posted_by);
}

tests.addEventListener("change", show);

/** After a reconnect, perhaps to another stack. */
export function forgetCalls() {
  calls.clear();
  list.replaceChildren();
}

function article(call) {
  const { parties } = call;
  const unnamed = call.deliveries ? "Somebody calls" : "A webhook";
  const who = parties ? `${parties.caller} → ${parties.callee}${parties.group ? " (group)" : ""}` : unnamed;
  return h(
    "article",
    { class: "way", "data-tone": call.tone, "aria-label": `${who}: ${call.verdict}` },
    h(
      "header",
      {},
      h("h3", {}, who),
      parties && h("span", { class: "tag" }, parties.type),
      call.posted_by && h("span", { class: "tag" }, `make ${call.posted_by}`),
      h("time", { datetime: new Date(call.began_at_ms).toISOString() }, new Date(call.began_at_ms).toLocaleTimeString([], { hour12: false })),
      h("p", { class: "verdict", "data-tone": call.tone }, sentence(call.verdict)),
    ),
    call.spans.length > 0 && bar(call.spans),
    part(call, "steps", `${call.steps.length} step${call.steps.length > 1 ? "s" : ""}`, "", call.newest, steps(call)),
    call.pushes.length > 0 &&
      part(
        call,
        "pushes",
        `The push as Apple received it${call.pushes.length > 1 ? `, ${call.pushes.length} times` : ""}`,
        `${call.pushes[0].bytes} of ${LIMIT_BYTES} bytes`,
        false,
        ...pushes(call),
      ),
  );
}

function part(call, name, title, remark, open, ...content) {
  const key = `${call.id} ${name}`;
  const element = h(
    "details",
    { open: opened.get(key) ?? open },
    h("summary", { "data-focus": name, onclick: () => opened.set(key, !element.open) }, title, remark && h("span", {}, remark)),
    ...content,
  );
  return element;
}

/** To scale; what each part took is below it, so that a short one can be read as well. */
function bar(spans) {
  const total = spans.reduce((sum, span) => sum + span.ms, 0);
  const parts = spans.map((span) => {
    const part = h("i", { "data-stage": span.stage });
    part.style.flexGrow = span.ms;
    return part;
  });
  return h(
    "div",
    { class: "bar" },
    h("div", { class: "scale", "aria-hidden": "true" }, parts),
    h(
      "ol",
      { "aria-label": `the way in ${total} ms` },
      spans.map((span) => h("li", { "data-stage": span.stage }, h("span", {}, STAGES[span.stage]), " ", h("b", {}, `${span.ms} ms`))),
    ),
  );
}

function steps(call) {
  return h(
    "ol",
    { class: "steps" },
    call.steps.map((step) =>
      h(
        "li",
        { "data-tone": step.tone },
        h("span", { class: "ms" }, `${step.at_ms} ms`),
        h("span", { class: "stage", "data-stage": step.stage }, STAGES[step.stage]),
        h(
          "span",
          { class: "text" },
          step.delivery && h("span", { class: "tag" }, `delivery ${step.delivery}`),
          step.device && h("code", {}, step.device),
          step.device && " ",
          step.text,
        ),
      ),
    ),
  );
}

function pushes(call) {
  const all = call.pushes;
  return all.map((push, index) =>
    h(
      "section",
      {},
      h("h4", {}, `${push.at_ms} ms · to `, h("code", {}, push.device), ` · ${push.environment} · APNs ${push.response}`),
      h(
        "div",
        { class: "bytes" },
        h("meter", { min: 0, max: LIMIT_BYTES, value: push.bytes, "aria-label": "size of the payload" }),
        `${push.bytes} of ${LIMIT_BYTES} bytes`,
      ),
      h(
        "dl",
        { class: "headers" },
        Object.entries(push.headers).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
      ),
      index > 0 && push.payload === all[0].payload
        ? h("p", { class: "same" }, "the same payload, with the same uuid")
        : h("pre", { tabindex: "0", role: "group", "aria-label": "payload" }, push.payload),
      index === 0 &&
        Object.entries(push.profiles).map(([name, payload]) =>
          part(
            call,
            `profile ${name}`,
            `With PayloadProfile=${name}`,
            "",
            false,
            h("pre", { tabindex: "0", role: "group", "aria-label": `payload, ${name}` }, payload),
          ),
        ),
    ),
  );
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
