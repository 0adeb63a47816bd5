// Calling somebody, and giving somebody a phone.

import { busy, post } from "./api.js";
import { h } from "./dom.js";

const call = document.getElementById("call");
const register = document.getElementById("register");
const answer = document.getElementById("call-answer");
const members = document.getElementById("members");

export function offerUids(phones) {
  const uids = [...new Set(phones.map((phone) => phone.uid))];
  document.getElementById("uids").replaceChildren(...uids.map((uid) => h("option", { value: uid })));
}

function names(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

call.addEventListener("change", () => {
  const group = call.elements.whom.value === "group";
  members.hidden = !group;
  members.querySelector("input").required = group;
});

call.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = call.elements;
  busy(call, async () => {
    const said = await post("/api/calls", {
      caller: fields.caller.value,
      callee: fields.callee.value,
      members: fields.whom.value === "group" ? names(fields.members.value) : [],
      type: fields.type.value,
      shape: fields.shape.value,
      deliveries: Number(fields.deliveries.value),
      cancel_after_s: fields.cancel_after_s.value === "" ? null : Number(fields.cancel_after_s.value),
    });
    answer.textContent = said
      ? `${said.said}. The webhook answered ${said.answers.map((each) => `${each.status} ${each.result ?? each.error} after ${each.took_ms} ms`).join(", ")}.`
      : "";
    // On a narrow page the phones are further up.
    if (said) document.getElementById("phones").scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
});

register.addEventListener("submit", (event) => {
  event.preventDefault();
  const { uid, environment } = register.elements;
  busy(register, () => post("/api/phones", { uid: uid.value, environment: environment.value }));
});

const firstPhone = document.getElementById("first-phone");
firstPhone.addEventListener("click", () => busy(firstPhone, () => post("/api/phones", { uid: "bob" })));
