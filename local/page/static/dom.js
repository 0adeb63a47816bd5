// Elements without a framework.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Properties that begin with "on" are listeners, the others attributes; false and null leave one out. */
export function h(tag, properties = {}, ...children) {
  return build(document.createElement(tag), properties, children);
}

/** An SVG icon for show: whoever hears the page does not need it. */
export function icon(path) {
  const svg = build(document.createElementNS(SVG, "svg"), { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, []);
  svg.append(build(document.createElementNS(SVG, "path"), { d: path, fill: "currentColor" }, []));
  return svg;
}

function build(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/**
 * Makes the children of `parent` those of `items`, in that order. An item that has not changed keeps its element, and
 * the focus stays where it was: on what has the same data-focus in the element that replaces it.
 */
export function keep(parent, items, key, render) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const text = JSON.stringify(item);
    let element = before.get(key(item));
    before.delete(key(item));
    if (!element || element.shownItem !== text) {
      const fresh = render(item, element);
      fresh.dataset.key = key(item);
      fresh.shownItem = text;
      if (element && element !== fresh) replaceKeepingFocus(element, fresh);
      element = fresh;
    }
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
  for (const gone of before.values()) gone.remove();
}

function replaceKeepingFocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  old.replaceWith(fresh);
  if (focused) (fresh.querySelector(`[data-focus="${focused}"]`) ?? fresh.querySelector("button"))?.focus();
}
