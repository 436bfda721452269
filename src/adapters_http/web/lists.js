// Lists that come page after page, and the tables that some of them are.

import { attempt, button, h } from "./dom.js";
import { t } from "./text.js";

const PAGE_SIZE = 25;

// Fill `into` with what `fetchPage({page, page_size})` gives, each made by `make`; the rest comes by a
// button. Gives the element that stands behind it: with the button, or with `empty` where nothing is.
export async function fill(into, fetchPage, make, empty) {
  const foot = h("div", { class: "notice" });
  let page = 0;

  async function next() {
    page += 1;
    const found = await fetchPage({ page, page_size: PAGE_SIZE });
    into.append(...found.items.map(make));
    const more = page < found.pages;
    const button_ = more ? button(t("library.more"), { on: () => attempt(next) }) : null;
    foot.replaceChildren(...[found.total ? button_ : empty].filter(Boolean));
    foot.hidden = !foot.childNodes.length;
  }

  await next();
  return foot;
}

// Tell a cell its column's head, which stands over numbers as they stand: at the end.
function headed(cell, text, head) {
  cell.dataset.head = text;
  head.classList.toggle("number", cell.classList.contains("number"));
}

// Make a table: the heads of its columns ("" for deeds), and what rows are appended to. On a phone, where
// its rows become cards, each cell has its head with it.
export function table(caption, heads) {
  const rows = h("tbody");
  const cells = heads.map((text) =>
    h("th", { scope: "col" }, text || h("span", { class: "unseen" }, t("deeds"))),
  );
  const top = h("thead", {}, h("tr", {}, cells));
  const body = {
    append(...added) {
      for (const row of added) heads.forEach((head, at) => headed(row.cells[at], head, cells[at]));
      rows.append(...added);
    },
    clear: () => rows.replaceChildren(),
    isEmpty: () => !rows.firstChild,
  };
  const named = h("caption", { class: "unseen" }, caption);
  // What may have to be scrolled must be reachable by keys.
  const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": caption };
  return { body, element: h("div", scroll, h("table", {}, named, top, rows)) };
}
