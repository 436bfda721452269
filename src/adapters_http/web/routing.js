// Which screen an address means, and how one goes from one to the next without loading the page anew.

import { categories, videos } from "./api.js";
import { button, h, notice } from "./dom.js";
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

// Give the screen that is seen another title.
export function retitle(title) {
  place.querySelector("h1").textContent = title;
  document.title = `${title} – vidcore`;
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
    screen = failed(error, running.signal);
  }
  if (running.signal.aborted) return undefined;
  const heading = h("h1", { tabindex: -1, class: screen.unseenTitle ? "unseen" : "" }, screen.title);
  place.replaceChildren(heading, ...[screen.node].flat());
  place.dataset.screen = found?.name ?? "missing";
  place.removeAttribute("aria-busy");
  retitle(screen.title);
  heading.focus({ preventScroll: true });
  window.scrollTo(0, scroll);
  moved.dispatchEvent(new Event("move"));
  return undefined;
}

// Load the screen that the address means while the texts come, and what the library shows to a member.
export function warm(isMember) {
  const found = find(location.pathname);
  if (found) import(`./screens/${found.name}.js`).catch(() => {}); // showing it says what is wrong
  if (isMember && found?.name === "library") {
    videos.searchAhead(asked());
    categories.listAhead();
  }
}

function asked() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

async function make(found, user, signal) {
  if (!found || (found.access === "admin" && user.role !== "admin")) {
    return { title: t("missing.title"), node: notice("search", null, t("missing.text")) };
  }
  const module = await import(`./screens/${found.name}.js`);
  if (module.styles) await addStyles(module.styles);
  return module.default({ params: found.params, query: asked(), user, signal });
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

function failed(error, signal) {
  const isOurs = error.code === undefined;
  if (isOurs) console.error(error);
  const retry = isOurs ? loadAnew : reload;
  if (isOurs || error.code === "offline") window.addEventListener("online", retry, { signal });
  const again = button(t("retry"), { icon: "retry", kind: "primary", on: retry });
  const title = error.status === 404 ? t("missing.title") : t("failed.title");
  // A browser throws a TypeError where it cannot have a module.
  const why = error instanceof TypeError ? t("error.offline") : meaning(error);
  return { title, node: notice("alert", null, why, again) };
}

// Load the page itself anew, since a service of a newer version has no modules of the older one; but
// only if it can be had, as nothing else brings back what is here.
async function loadAnew() {
  const answer = await fetch(location.pathname).catch(() => null);
  if (answer?.ok) location.reload();
}
