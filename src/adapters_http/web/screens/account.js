// The own account: who one is, the password, and the language of the page.

import { auth } from "../api.js";
import { field, form, h, toast } from "../dom.js";
import { chooseLanguage, date, language, languages, t } from "../text.js";

export default function account({ user }) {
  const facts = [
    [t("account.name"), user.username],
    [t("account.email"), user.email],
    [t("account.since"), date(user.created_at)],
  ];
  const list = h("dl", { class: "facts" }, facts.map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));
  const who = h("section", { class: "card stack" }, list);
  const node = h("div", { class: "stack columns" }, h("div", { class: "stack" }, who, speech()), password(user));
  return { title: t("account.title"), node };
}

function password(user) {
  const asked = form({
    fields: [
      // By it, password managers know whose password it is.
      h("input", { type: "text", autocomplete: "username", value: user.username, hidden: true, "aria-hidden": "true" }),
      field({ name: "current_password", label: t("account.current"), type: "password", autocomplete: "current-password", required: true }),
      field({ name: "new_password", label: t("account.new"), hint: t("register.password_hint"), type: "password", autocomplete: "new-password", required: true, minlength: 8, maxlength: 128 }),
    ],
    submit: t("account.change"),
    onsubmit: async (values, element) => {
      await auth.password(values);
      element.reset();
      toast(t("account.changed"));
    },
  });
  const hint = h("p", { class: "hint" }, t("account.password_text"));
  return h("section", { class: "card stack" }, h("h2", {}, t("account.password")), hint, asked);
}

function speech() {
  const names = new Intl.DisplayNames(language(), { type: "language" });
  const options = languages.map((tag) => [tag, names.of(tag)]);
  const change = (event) => {
    chooseLanguage(event.target.value);
    location.reload();
  };
  const chosen = field({ name: "language", label: t("account.language"), type: "select", options, value: language(), on: { change } });
  return h("section", { class: "card" }, chosen);
}
