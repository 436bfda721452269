// The frame around all screens: who is signed in, the ways to go, and where short messages appear.

import { auth, onSignedOut } from "./api.js";
import { attempt, button, h, icon, toast } from "./dom.js";
import { go, onMove, startRouting, warm } from "./routing.js";
import { loadTexts, percent, t } from "./text.js";

const KEPT = "vidcore.account"; // who is signed in, and so that there is a cookie, which cannot be seen from here

let user = null;
const header = h("header", { class: "top" });
const main = h("main", { id: "content", tabindex: -1 });

export function signedIn(account) {
  user = account;
  localStorage.setItem(KEPT, JSON.stringify(account));
  drawHeader();
}

export function signedOut() {
  user = null;
  localStorage.removeItem(KEPT);
  drawHeader();
}

// Show in the header how far all running uploads are: 0 to 1, or null if there are none.
export function showUploading(fraction) {
  const mark = header.querySelector(".badge");
  if (!mark) return;
  mark.hidden = fraction === null;
  mark.textContent = fraction === null ? "" : percent(Math.floor(fraction * 100) / 100);
}

function drawHeader() {
  const brand = h("a", { href: "/", class: "brand" }, logo(), h("span", {}, "vidcore"));
  if (!user) return header.replaceChildren(brand);
  const leave = button(t("logout"), { kind: "plain", on: logOut });
  const ways = [
    way("/", "grid", t("nav.library")),
    way("/upload", "upload", t("nav.upload"), h("span", { class: "badge", hidden: true })),
    way("/me", "film", t("nav.own")),
    user.role === "admin" && way("/admin", "admin", t("nav.admin")),
    way("/account", "user", user.username),
  ];
  const nav = h("nav", { "aria-label": t("nav.label") }, h("ul", {}, ways.filter(Boolean)));
  header.replaceChildren(brand, nav, leave);
  return markWay();
}

function logo() {
  const mark = icon("play");
  mark.classList.add("logo");
  return mark;
}

function way(href, name, text, more) {
  return h("li", {}, h("a", { href }, icon(name), h("span", {}, text), more));
}

function markWay() {
  for (const link of header.querySelectorAll("nav a")) {
    const path = link.getAttribute("href");
    const is = path === "/" ? location.pathname === "/" : location.pathname.startsWith(path);
    if (is) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function logOut() {
  await attempt(async () => {
    await auth.logout();
    signedOut();
    await go("/login", { replace: true });
    toast(t("logout.done"));
  });
}

// Give the account that was last signed in here, so that nobody waits to be told who one is.
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

// Learn what has become of the account meanwhile; a session that has ended is noticed by it, too.
async function refresh() {
  try {
    const now = await auth.me();
    if (user && JSON.stringify(now) !== JSON.stringify(user)) signedIn(now);
  } catch (error) {
    if (error.code === undefined) throw error; // else the screen has met it as well, and says so
  }
}

async function start() {
  const app = document.getElementById("app");
  const account = remembered();
  warm(account !== null);
  await loadTexts();
  const skip = h("a", { class: "skip", href: "#content" }, t("nav.skip"));
  const toasts = h("div", { id: "toasts", role: "status", "aria-live": "polite" });
  app.replaceChildren(skip, header, main, toasts);
  onSignedOut(() => {
    if (!user) return;
    signedOut();
    toast(t("login.expired"), "bad");
    go(`/login?${new URLSearchParams({ next: location.pathname + location.search })}`);
  });
  onMove(markWay);
  if (account) signedIn(account);
  else signedOut();
  if (account) refresh();
  return startRouting(main, () => user);
}

start();
