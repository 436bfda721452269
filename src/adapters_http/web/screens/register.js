// Making an account, from the link of an invitation.

import { auth, invitations } from "../api.js";
import { signedIn } from "../app.js";
import { field, form, h, linkButton, notice } from "../dom.js";
import { go } from "../routing.js";
import { moment, t } from "../text.js";

export default async function register({ query }) {
  let invitation;
  try {
    invitation = await invitations.validate(query.token || "-");
  } catch (error) {
    if (error.code === "invitation_expired") return refused("expired");
    if (error.code === "invitation_invalid") return refused("invalid");
    throw error;
  }
  const asked = form({
    fields: [
      field({ name: "username", label: t("register.name"), hint: t("register.name_hint"), autocomplete: "username", required: true, minlength: 3, maxlength: 32, pattern: "[A-Za-z0-9_.\\-]+", autocapitalize: "none", spellcheck: "false", title: t("register.name_hint") }),
      field({ name: "password", label: t("register.password"), hint: t("register.password_hint"), type: "password", autocomplete: "new-password", required: true, minlength: 8, maxlength: 128 }),
    ],
    submit: t("register.submit"),
    onsubmit: async (values) => {
      const session = await auth.register({ ...values, token: query.token });
      signedIn(session.user);
      await go("/", { replace: true });
    },
  });
  const { email, invited_by: by, expires_at } = invitation;
  const said = [
    h("p", {}, by ? t("register.by", { by, email }) : t("register.text", { email })),
    h("p", { class: "hint" }, t("register.until", { until: moment(expires_at) })),
  ];
  const node = h("div", { class: "card stack narrow" }, h("div", { class: "said" }, said), asked);
  return { title: t("register.title"), node };
}

function refused(why) {
  const ways = linkButton(t("login.submit"), "/login");
  const node = notice("alert", "", t(`register.${why}_text`), ways);
  node.classList.add("card");
  return { title: t(`register.${why}`), node };
}
