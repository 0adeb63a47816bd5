// The page's own requests.

const trouble = document.getElementById("trouble");

/** What the server says, or null when it could not; then the person has been told. */
export async function post(path, body) {
  trouble.textContent = "";
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await response.json();
    if (response.ok) return said;
    trouble.textContent = said.error;
  } catch {
    trouble.textContent = "The page’s server does not answer. Is make local still running?";
  }
  return null;
}

/** Disables a button or a form's buttons while something is under way, so that impatience does nothing twice. */
export async function busy(element, work) {
  const buttons = element.matches("button") ? [element] : [...element.querySelectorAll("button")];
  for (const button of buttons) button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    for (const button of buttons) button.removeAttribute("aria-busy");
  }
}
