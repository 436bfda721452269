// What admins see: one section at a time, each a module of its own.

import { h } from "../dom.js";
import { t } from "../text.js";

const SECTIONS = ["numbers", "queue", "members", "invitations", "categories", "settings"];

export const styles = "screens/admin.css";

export default async function admin(place) {
  const section = SECTIONS.includes(place.params.section) ? place.params.section : "numbers";
  const module = await import(`./admin/${section}.js`);
  const shown = await module.default(place);
  const ways = SECTIONS.map((name) => {
    const href = name === "numbers" ? "/admin" : `/admin/${name}`;
    const current = name === section ? "page" : undefined;
    return h("li", {}, h("a", { href, "aria-current": current }, t(`admin.${name}`)));
  });
  const nav = h("nav", { class: "sections", "aria-label": t("admin.sections") }, h("ul", {}, ways));
  return { title: t(`admin.${section}`), node: [nav, h("div", { class: "stack" }, shown)] };
}
