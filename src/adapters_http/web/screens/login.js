// Signing in.

import { auth } from "../api.js";
import { signedIn } from "../app.js";
import { field, form, h } from "../dom.js";
import { go } from "../routing.js";
import { t } from "../text.js";

export default function login({ query }) {
  const asked = form({
    fields: [
      field({ name: "username", label: t("login.name"), autocomplete: "username", required: true, autocapitalize: "none", spellcheck: "false" }),
      field({ name: "password", label: t("login.password"), type: "password", autocomplete: "current-password", required: true }),
    ],
    submit: t("login.submit"),
    onsubmit: async (values) => {
      const session = await auth.login(values);
      signedIn(session.user);
      await go(inside(query.next), { replace: true });
    },
  });
  const hint = h("p", { class: "hint" }, t("login.hint"));
  return { title: t("login.title"), node: h("div", { class: "card stack narrow" }, asked, hint) };
}

// Give the address that was wanted, if it is one of this page: a link must not lead away from here.
function inside(next) {
  if (!next?.startsWith("/")) return "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/";
}
