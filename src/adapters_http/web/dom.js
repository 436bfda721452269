// Elements, made by calls: a text is always a text, never markup.

import { t, meaning } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  admin: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.5",
  check: "M5 13l4 4L19 7",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  eye: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 9a3 3 0 100 6 3 3 0 000-6z",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 12h16",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  pause: "M8 5v14M16 5v14",
  play: "M8 5l11 7-11 7z",
  retry: "M20 12a8 8 0 11-3-6M20 3v5h-5",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5",
  share: "M12 15V4M8 7l4-4 4 4M5 12v8h14v-8",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  upload: "M12 20V8M7 12l5-5 5 5M5 4h14",
  user: "M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c0-4 4-6 8-6s8 2 8 6",
};
let numbers = 0;

// Make an element. `properties`: `class`, `on` (listeners), `style` (CSS properties), else attributes;
// false and undefined leave one out. Children are nodes, texts, lists of them, or nothing.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
    } else if (name === "style") {
      for (const [rule, to] of Object.entries(value)) element.style.setProperty(rule, to);
    } else if (name === "value" || name === "muted") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(3).filter((child) => ![null, undefined, false].includes(child)));
  return element;
}

// Make a picture that says nothing to screen readers: what it means stands beside it.
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// Make a button. `kind`: "primary", "danger", "plain" or nothing; with `quiet` only the icon is seen.
export function button(label, { icon: name, kind = "", quiet = false, on, type = "button", ...rest }) {
  const said = quiet ? h("span", { class: "unseen" }, label) : label;
  const listeners = typeof on === "function" ? { click: on } : on;
  const look = `button ${kind} ${quiet ? "quiet" : ""}`;
  const title = quiet ? label : undefined;
  return h("button", { type, class: look, on: listeners, title, ...rest }, name && icon(name), said);
}

// Make a link that looks like a button.
export function linkButton(label, href, { icon: name, kind = "", ...rest } = {}) {
  return h("a", { href, class: `button ${kind}`, ...rest }, name && icon(name), label);
}

// Make a labelled field. `type` is an input's, "textarea" or "select" (with `options`: [value, text]).
export function field({ name, label, hint, type = "text", options = [], value, ...rest }) {
  const id = `field-${(numbers += 1)}`;
  const described = `${id}-hint ${id}-error`;
  const shared = { id, name, "aria-describedby": described, ...rest };
  let control;
  if (type === "textarea") control = h("textarea", { rows: 4, ...shared });
  else if (type === "select") control = h("select", shared, options.map(option));
  else control = h("input", { type, ...shared });
  if (value !== undefined && value !== null) control.value = value;
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    control,
    h("p", { class: "hint", id: `${id}-hint` }, hint),
    h("p", { class: "wrong", id: `${id}-error`, lang: "en" }), // in the service's own words
  );
}

function option([value, text]) {
  return h("option", { value }, text);
}

// Make a form. `onsubmit` gets the fields' values by name; what it throws is shown at its field, or above.
export function form({ fields, submit, kind = "primary", cancel, onsubmit }) {
  const alarm = h("p", { class: "alarm", role: "alert", hidden: true });
  const send = button(submit, { kind, type: "submit" });
  const element = h(
    "form",
    { class: "form", on: { submit: submitted } },
    alarm,
    fields,
    h("div", { class: "actions" }, cancel && button(t("cancel"), { on: cancel }), send),
  );

  async function submitted(event) {
    event.preventDefault();
    showFailure(element, alarm, null);
    send.disabled = true;
    try {
      await onsubmit(Object.fromEntries(new FormData(element)), element);
    } catch (error) {
      showFailure(element, alarm, error);
    } finally {
      send.disabled = false;
    }
  }

  return element;
}

function showFailure(element, alarm, error) {
  for (const control of element.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.closest(".field").querySelector(".wrong").textContent = "";
  }
  alarm.hidden = true;
  if (error === null) return;
  const known = (error.fields ?? []).filter(({ field: name }) => element.elements[name]);
  for (const { field: name, message } of known) {
    const control = element.elements[name];
    control.setAttribute("aria-invalid", "true");
    control.closest(".field").querySelector(".wrong").textContent = message;
  }
  if (known.length) return element.elements[known[0].field].focus();
  alarm.textContent = meaning(error);
  alarm.hidden = false;
}

// Open a dialog and give its element; it goes when it is closed, and focus returns to where it was.
export function openDialog(title, ...content) {
  const id = `dialog-${(numbers += 1)}`;
  const shut = button(t("close"), { icon: "close", quiet: true, kind: "plain", on: () => box.close() });
  const head = h("header", {}, h("h2", { id }, title), shut);
  const box = h("dialog", { "aria-labelledby": id, on: { close: () => box.remove() } }, head, content);
  document.body.append(box);
  box.showModal();
  return box;
}

// Ask in a form in a dialog; it is closed when `onsubmit` is through.
export function askForm(title, { onsubmit, text, ...rest }) {
  const asked = form({
    ...rest,
    cancel: () => box.close(),
    onsubmit: async (values) => {
      await onsubmit(values);
      box.close();
    },
  });
  const box = openDialog(title, text && h("p", {}, text), asked);
  return box;
}

// Say something at the foot of the page for a while; screen readers say it too.
export function toast(text, kind = "") {
  const shown = h("div", { class: `toast ${kind}` }, icon(kind === "bad" ? "alert" : "check"), text);
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), 5000);
}

// Do what a button means: a failure is said, and not thrown.
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (error.code === undefined) throw error;
    toast(meaning(error), "bad");
    return undefined;
  }
}

// Make a bar with `set(fraction)`.
export function progress(label) {
  const bar = h("div", { class: "bar" });
  const whole = { class: "progress", role: "progressbar", "aria-label": label, "aria-valuemin": 0 };
  const element = h("div", { ...whole, "aria-valuemax": 100, "aria-valuenow": 0 }, bar);
  element.set = (fraction) => {
    bar.style.setProperty("inline-size", `${100 * fraction}%`);
    element.setAttribute("aria-valuenow", Math.round(100 * fraction));
  };
  return element;
}

// Make what stands where nothing is, or where something went wrong; without a title where the screen's says it.
export function notice(name, title, text, ...actions) {
  const head = [icon(name), title && h("h2", {}, title), text && h("p", {}, text)];
  return h("div", { class: "notice" }, head, h("div", { class: "actions" }, actions));
}
