// Switches for the simulator's faults.

import { busy, post } from "./api.js";
import { h, keep } from "./dom.js";

const list = document.getElementById("fault-list");
const scope = document.getElementById("fault-scope");
const clear = document.getElementById("clear-faults");

export function showFaults({ switches, others }) {
  keep(list, switches, (fault) => fault.id, item);
  clear.hidden = !others && switches.every((fault) => !fault.on);
  clear.textContent = others ? `All faults off (${others} switched on elsewhere)` : "All faults off";
}

export function offerDevices(phones) {
  const chosen = scope.elements.device.value;
  const all = [{ device: "", label: "all phones" }, ...phones.map(({ device, uid }) => ({ device, label: `${uid} ${device}` }))];
  keep(scope.elements.device, all, (each) => each.device, ({ device, label }) => h("option", { value: device }, label));
  scope.elements.device.value = all.some((each) => each.device === chosen) ? chosen : "";
}

function item(fault) {
  const left = fault.left == null ? "on" : `${fault.left} left`;
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", role: "switch", "aria-checked": String(fault.on), "aria-describedby": `about-${fault.id}`, "data-focus": "switch", onclick: (event) => flip(event, fault) },
      h("span", { class: "knob", "aria-hidden": "true" }),
      h("span", {}, fault.name),
      fault.on && h("span", { class: "tag" }, left),
    ),
    h("p", { id: `about-${fault.id}` }, fault.what_happens),
  );
}

function flip(event, fault) {
  const { count, device } = scope.elements;
  return busy(event.currentTarget, () =>
    post("/api/faults", {
      id: fault.id,
      on: !fault.on,
      count: count.value ? Number(count.value) : null,
      device: device.value || null,
    }),
  );
}

clear.addEventListener("click", () => busy(clear, () => post("/api/faults/clear", {})));
