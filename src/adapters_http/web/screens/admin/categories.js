// Categories: making, renaming and deleting them.

import { categories } from "../../api.js";
import { askForm, button, field, form, h, notice, toast } from "../../dom.js";
import { table } from "../../lists.js";
import { reload } from "../../routing.js";
import { number, t } from "../../text.js";

export default async function list({ signal }) {
  const found = await categories.list(signal);
  const { body, element } = table(t("admin.categories"), [t("categories.name"), t("categories.videos"), ""]);
  body.append(...found.items.map(row));
  const asked = form({
    fields: [named("")],
    submit: t("categories.create"),
    onsubmit: async (values) => {
      await categories.create(values);
      reload();
    },
  });
  asked.classList.add("inline");
  return [asked, found.items.length ? element : notice("grid", t("categories.none"))];
}

function named(value) {
  return field({ name: "name", label: t("categories.name"), value, required: true, maxlength: 80 });
}

function row(category) {
  const rename = () =>
    askForm(t("categories.rename"), {
      fields: [named(category.name)],
      submit: t("save"),
      onsubmit: async (values) => {
        await categories.rename(category.id, values);
        reload();
      },
    });
  const remove = () =>
    askForm(t("categories.delete_title", { name: category.name }), {
      text: t("categories.delete_text"),
      fields: [],
      submit: t("delete"),
      kind: "danger",
      onsubmit: async () => {
        await categories.remove(category.id);
        toast(t("categories.deleted"));
        reload();
      },
    });
  const deeds = [
    button(t("categories.rename"), { icon: "edit", quiet: true, on: rename }),
    button(t("delete"), { icon: "trash", quiet: true, on: remove }),
  ];
  return h(
    "tr",
    {},
    h("td", {}, h("a", { href: `/?category_id=${category.id}` }, category.name)),
    h("td", { class: "number" }, number(category.video_count)),
    h("td", {}, h("div", { class: "row" }, deeds)),
  );
}
