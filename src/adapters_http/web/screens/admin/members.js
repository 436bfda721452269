// Members: their roles, whether they are switched on, and deleting one, with a hand-over of the videos.

import { users } from "../../api.js";
import { askForm, attempt, button, field, h, notice, toast } from "../../dom.js";
import { fill, table } from "../../lists.js";
import { reload } from "../../routing.js";
import { bytes, date, t } from "../../text.js";

const PATIENCE = 300; // milliseconds after the last key until it is searched
const MOST = 100; // members that are offered to hand videos over to

export default async function members({ user, signal }) {
  const heads = [t("members.name"), t("members.since"), t("members.used"), t("members.state"), ""];
  const { body, element } = table(t("admin.members"), heads);
  const rest = h("div");
  let waiting;
  const search = field({
    name: "q",
    label: t("members.search"),
    type: "search",
    on: {
      input: (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => attempt(() => show(event.target.value.trim())), PATIENCE);
      },
    },
  });

  async function show(q) {
    body.clear();
    const empty = notice("search", t("members.none"));
    const fetchPage = (page) => users.list({ q, ...page }, signal);
    rest.replaceChildren(await fill(body, fetchPage, (each) => row(each, user), empty));
  }

  await show("");
  return [h("div", { class: "inline" }, search), element, rest];
}

function row(member, actor) {
  const isAdmin = member.role === "admin";
  const change = (label, work) =>
    button(label, { on: () => attempt(async () => ((await work()), toast(t("saved")), reload())) });
  const role = change(isAdmin ? t("members.demote") : t("members.promote"), () =>
    users.role(member.id, isAdmin ? "user" : "admin"),
  );
  const active = change(member.is_active ? t("members.off") : t("members.on"), () =>
    users.active(member.id, !member.is_active),
  );
  const remove = button(t("delete"), { icon: "trash", quiet: true, on: () => attempt(() => removeMember(member)) });
  const tags = [
    h("span", { class: `tag ${member.is_active ? "completed" : "failed"}` }, member.is_active ? t("members.is_on") : t("members.is_off")),
    isAdmin && h("span", { class: "tag" }, t("members.admin")),
  ];
  const deeds = member.id === actor.id ? h("div", { class: "row hint" }, t("members.you")) : h("div", { class: "row" }, role, active, remove);
  return h(
    "tr",
    {},
    h("td", {}, h("strong", {}, member.username), h("div", { class: "hint" }, member.email)),
    h("td", {}, date(member.created_at)),
    h("td", { class: "number" }, bytes(member.weekly_upload_bytes)),
    h("td", {}, h("div", { class: "row tags" }, tags)),
    h("td", {}, deeds),
  );
}

async function removeMember(member) {
  const found = await users.list({ page_size: MOST, is_active: true });
  const others = found.items.filter((each) => each.id !== member.id);
  const options = [["", t("members.delete_all")], ...others.map((each) => [each.id, t("members.hand_to", { name: each.username })])];
  askForm(t("members.delete_title", { name: member.username }), {
    text: t("members.delete_text"),
    fields: [field({ name: "transfer_to", label: t("members.videos"), type: "select", options })],
    submit: t("delete"),
    kind: "danger",
    onsubmit: async ({ transfer_to }) => {
      await users.remove(member.id, { transfer_to });
      toast(t("members.deleted", { name: member.username }));
      reload();
    },
  });
}
