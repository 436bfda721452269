// Invitations: making one, copying its link while it can be seen, and withdrawing it.

import { invitations } from "../../api.js";
import { attempt, button, field, form, h, notice, openDialog, toast } from "../../dom.js";
import { fill, table } from "../../lists.js";
import { reload } from "../../routing.js";
import { ago, moment, t } from "../../text.js";

export default async function list({ signal }) {
  const { body, element } = table(t("admin.invitations"), [t("account.email"), t("invitations.state"), t("invitations.when"), ""]);
  const empty = notice("user", t("invitations.none"));
  const foot = await fill(body, (page) => invitations.list(page, signal), row, empty);
  return [invite(), element, foot];
}

function invite() {
  const asked = form({
    fields: [field({ name: "email", label: t("invitations.email"), type: "email", required: true, maxlength: 254 })],
    submit: t("invitations.invite"),
    onsubmit: async (values, element) => {
      const made = await invitations.create(values);
      element.reset();
      showLink(made);
    },
  });
  asked.classList.add("inline");
  return asked;
}

// The service keeps only a digest of the token, so the link is never seen again.
function showLink(made) {
  const shown = h("input", { value: made.link, readonly: true, "aria-label": t("invitations.link") });
  const copy = async () => {
    shown.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(made.link);
    else document.execCommand("copy"); // where the service is reached without https
    toast(t("copied"));
  };
  const text = t("invitations.link_text", { email: made.email, until: moment(made.expires_at) });
  const deed = button(t("invitations.copy"), { icon: "copy", kind: "primary", on: () => attempt(copy) });
  const box = openDialog(t("invitations.link"), h("p", {}, text), h("div", { class: "copied" }, shown, deed));
  box.addEventListener("close", () => reload());
}

function row(invitation) {
  const revoke = button(t("invitations.revoke"), {
    icon: "trash",
    quiet: true,
    on: () =>
      attempt(async () => {
        await invitations.revoke(invitation.id);
        toast(t("invitations.revoked"));
        reload();
      }),
  });
  return h(
    "tr",
    {},
    h("td", {}, invitation.email),
    h("td", {}, h("span", { class: `tag ${invitation.status}` }, t(`invitation.${invitation.status}`))),
    h("td", {}, t(`invitation_when.${invitation.status}`, { ago: ago(invitation.used_at ?? invitation.expires_at) })),
    h("td", {}, h("div", { class: "row" }, invitation.used ? null : revoke)),
  );
}
