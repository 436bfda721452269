// All videos that one may see: as cards, found by text and category, page after page.

import { ORDERS, categories, videos } from "../api.js";
import { attempt, button, field, h, icon, linkButton, notice } from "../dom.js";
import { restate } from "../routing.js";
import { ago, clock, percent, span, t } from "../text.js";

const PATIENCE = 300; // milliseconds after the last key until it is searched

// Make the card of a video; other screens show it, too.
export function card(video) {
  const status = video.processing_status;
  const picture = video.thumbnail_url
    ? h("img", { src: video.thumbnail_url, alt: "", loading: "lazy", decoding: "async" })
    : icon("film");
  const still = h("div", { class: "still" }, picture, status === "completed" ? null : tag(status));
  if (video.duration_seconds) {
    still.append(h("span", { class: "time" }, clock(video.duration_seconds)));
  }
  const said = [
    h("span", {}, video.uploader.username),
    h("span", {}, t("video.views", { n: video.view_count })),
    h("span", {}, ago(video.created_at)),
  ];
  const link = { class: "video", href: `/videos/${video.id}` };
  return h("li", {}, h("a", link, still, h("strong", {}, video.title), h("small", { class: "dotted" }, said)));
}

export function tag(status) {
  return h("span", { class: `tag ${status}` }, t(`status.${status}`));
}

// Say what becomes of a video that is not ready.
export function told(video) {
  const eta = video.processing_eta_seconds;
  const parts = [];
  if (video.processing_status === "pending") {
    parts.push(t("watch.pending"));
    if (video.queue_position) parts.push(t("watch.position", { n: video.queue_position }));
  }
  if (video.processing_status === "processing") {
    parts.push(t("watch.processing", { percent: percent(video.processing_progress) }));
  }
  if (eta) parts.push(t("watch.eta", { span: span(eta) }));
  if (video.duration_seconds && !parts.length) parts.push(clock(video.duration_seconds));
  return parts.join(" ");
}

export default async function library({ query, signal }) {
  const wanted = { q: query.q ?? "", category_id: query.category_id ?? "", sort: query.sort ?? "newest" };
  const list = h("ul", { class: "videos" });
  const count = h("p", { class: "unseen", role: "status" });
  const more = h("div", { class: "notice" });
  let page = 0;

  // Show the next page, and the one after it when its end comes into view.
  async function next() {
    page += 1;
    const found = await videos.search(wanted, page, signal);
    list.append(...found.items.map(card));
    if (page === 1) count.textContent = t("library.found", { n: found.total });
    more.replaceChildren(...(found.total ? [] : [nothing(wanted)]));
    if (page < found.pages) {
      const on = () => attempt(next);
      const again = button(t("library.more"), { on });
      more.append(again);
      whenSeen(again, on, signal);
    }
  }

  async function restart(changed) {
    Object.assign(wanted, changed);
    restate({ ...wanted, sort: wanted.sort === "newest" ? "" : wanted.sort });
    page = 0;
    list.replaceChildren();
    await attempt(next);
  }

  const [shelves] = await Promise.all([categories.list(signal), next()]);
  const node = [filters(wanted, shelves.items, restart), count, list, more];
  return { title: t("library.title"), node };
}

function filters(wanted, shelves, restart) {
  const all = [["", t("library.all")], ...shelves.map((each) => [each.id, each.name])];
  const orders = Object.keys(ORDERS).map((name) => [name, t(`library.${name}`)]);
  let waiting;
  const search = (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => restart({ q: event.target.value.trim() }), PATIENCE);
  };
  const element = h(
    "form",
    { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } },
    field({ name: "q", label: t("library.search"), type: "search", value: wanted.q, on: { input: search } }),
    chooser("category_id", t("library.category"), all, wanted, restart),
    chooser("sort", t("library.sort"), orders, wanted, restart),
  );
  return element;
}

function chooser(name, label, options, wanted, restart) {
  const on = { change: (event) => restart({ [name]: event.target.value }) };
  return field({ name, label, type: "select", options, value: wanted[name], on });
}

function nothing(wanted) {
  if (wanted.q || wanted.category_id) {
    return notice("search", t("library.none"), t("library.none_text"));
  }
  const ways = linkButton(t("nav.upload"), "/upload", { icon: "upload", kind: "primary" });
  return notice("film", t("library.empty"), t("library.empty_text"), ways);
}

function whenSeen(element, call, signal) {
  const watcher = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting) return;
      watcher.disconnect();
      call();
    },
    { rootMargin: "400px" },
  );
  watcher.observe(element);
  signal.addEventListener("abort", () => watcher.disconnect());
}
