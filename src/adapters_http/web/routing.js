// Which screen an address means, and how one goes from one to the next without loading the page anew.

import { h, notice, button } from "./dom.js";
import { meaning, t } from "./text.js";

// [pattern, module in screens/, who may see it]
const ROUTES = [
  ["/", "library", "member"],
  ["/login", "login", "guest"],
  ["/register", "register", "guest"],
  ["/videos/:id", "watch", "member"],
  ["/upload", "upload", "member"],
  ["/me", "own", "member"],
  ["/account", "account", "member"],
  ["/admin", "admin", "admin"],
  ["/admin/:section", "admin", "admin"],
];

let place = null; // the element that screens are shown in
let who = () => null; // gives the User who is signed in, or null
let shown = null; // the AbortController of the screen that is seen
let address = ""; // what it is the screen of
const moved = new EventTarget();

export function onMove(call) {
  moved.addEventListener("move", call);
}

export function startRouting(element, user) {
  place = element;
  who = user;
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", (event) => {
    if (address !== here()) show(event.state?.scroll ?? 0); // else only the part behind # has changed
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && isOurs(link, event)) {
      event.preventDefault();
      go(link.getAttribute("href"));
    }
  });
  return show(history.state?.scroll ?? 0);
}

function isOurs(link, event) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const inside = link.origin === location.origin && find(link.pathname);
  return plain && inside && !link.target && !link.hasAttribute("download") && !link.hash;
}

// Go to an address of the page; with `replace`, the present one is not come back to.
export function go(address, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", address);
  else {
    history.replaceState({ scroll: window.scrollY }, "");
    history.pushState(null, "", address);
  }
  return show(0);
}

// Change what stands behind `?` without showing the screen anew.
export function restate(query) {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  history.replaceState(history.state, "", location.pathname + (given.size ? `?${given}` : ""));
  address = here();
}

// Show again the screen that is seen.
export function reload() {
  return show(window.scrollY);
}

function find(path) {
  for (const [pattern, name, access] of ROUTES) {
    const names = [];
    const source = pattern.replace(/:(\w+)/g, (_, named) => names.push(named) && "([^/]+)");
    const match = new RegExp(`^${source}$`).exec(path);
    if (!match) continue;
    const values = match.slice(1).map(decodeURIComponent);
    return { name, access, params: Object.fromEntries(names.map((key, at) => [key, values[at]])) };
  }
  return null;
}

function here() {
  return location.pathname + location.search;
}

// Give where a route's screen really is for who is signed in, or the address to go to instead.
function admit(found, user) {
  if (found.access === "guest") return user && found.name === "login" ? "/" : null;
  if (!user) return here() === "/" ? "/login" : `/login?${new URLSearchParams({ next: here() })}`;
  return null;
}

async function show(scroll) {
  address = here();
  shown?.abort();
  const running = (shown = new AbortController());
  const user = who();
  const found = find(location.pathname);
  const elsewhere = found && admit(found, user);
  if (elsewhere) return go(elsewhere, { replace: true });
  for (const box of document.querySelectorAll("dialog[open]")) box.close();
  place.setAttribute("aria-busy", "true");
  let screen;
  try {
    screen = await make(found, user, running.signal);
  } catch (error) {
    if (error.name === "AbortError" || running.signal.aborted) return undefined;
    screen = failed(error);
  }
  if (running.signal.aborted) return undefined;
  const heading = h("h1", { tabindex: -1, class: screen.unseenTitle ? "unseen" : "" }, screen.title);
  place.replaceChildren(heading, ...[screen.node].flat());
  place.dataset.screen = found?.name ?? "missing";
  place.removeAttribute("aria-busy");
  document.title = `${screen.title} – vidcore`;
  heading.focus({ preventScroll: true });
  window.scrollTo(0, scroll);
  moved.dispatchEvent(new Event("move"));
  return undefined;
}

// Load the screen that the address means, so that it is there once it is known who may see it.
export function warm() {
  const found = find(location.pathname);
  if (found) import(`./screens/${found.name}.js`).catch(() => {}); // showing it says what is wrong
}

async function make(found, user, signal) {
  if (!found || (found.access === "admin" && user.role !== "admin")) {
    return { title: t("missing.title"), node: notice("search", t("missing.title"), t("missing.text")) };
  }
  const module = await import(`./screens/${found.name}.js`);
  if (module.styles) await addStyles(module.styles);
  const query = Object.fromEntries(new URLSearchParams(location.search));
  return module.default({ params: found.params, query, user, signal });
}

// Load a screen's own stylesheet, once.
function addStyles(name) {
  const href = new URL(name, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return undefined;
  return new Promise((resolve) => {
    const link = h("link", { rel: "stylesheet", href, on: { load: resolve, error: resolve } });
    document.head.append(link);
  });
}

// A service of a newer version has no modules of the older one: loading the page anew helps.
function failed(error) {
  if (error.code === undefined) console.error(error);
  const again = button(t("retry"), { icon: "retry", kind: "primary", on: () => location.reload() });
  const lost = error.status === 404;
  const title = lost ? t("missing.title") : t("failed.title");
  return { title, node: notice("alert", title, meaning(error), again) };
}
