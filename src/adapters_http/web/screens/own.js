// One's own videos, whatever became of them, and what is left of the week's quota.

import { auth, uploads, videos } from "../api.js";
import { attempt, button, h, linkButton, notice } from "../dom.js";
import { fill } from "../lists.js";
import { reload } from "../routing.js";
import { bytes, moment, t } from "../text.js";
import { deleteVideo, editVideo } from "../video_dialogs.js";
import { card } from "./library.js";

export const styles = "screens/own.css";

export default async function own({ user, signal }) {
  const list = h("ul", { class: "videos" });
  const ways = linkButton(t("nav.upload"), "/upload", { icon: "upload", kind: "primary" });
  const empty = notice("film", t("library.empty"), t("library.empty_text"), ways);
  const fetchPage = (page) => videos.of(user.id, page, signal);
  const asked = [auth.me(), uploads.check(1), fill(list, fetchPage, item, empty)];
  const [account, outlook, foot] = await Promise.all(asked);
  return { title: t("own.title"), node: [quota(account, outlook), list, foot] };
}

// Show the week's quota as a bar: what counts already, what running uploads hold, and what is left.
function quota(account, outlook) {
  const limit = account.weekly_upload_limit_bytes;
  const used = account.weekly_upload_bytes;
  const left = Math.min(outlook.available_bytes, limit);
  const held = Math.max(0, limit - used - left);
  const part = (name, size) =>
    h("div", { class: name, style: { "inline-size": `${limit ? (100 * size) / limit : 0}%` } });
  const said = [
    h("span", { class: "key used" }, t("own.used", { size: bytes(used) })),
    held > 0 && h("span", { class: "key held" }, t("own.held", { size: bytes(held) })),
    h("span", { class: "key left" }, t("own.left", { size: bytes(left), limit: bytes(limit) })),
  ];
  const bar = h("div", { class: "quota", "aria-hidden": "true" }, part("used", used), part("held", held));
  const until = h("p", { class: "hint" }, t("own.until", { moment: moment(outlook.quota_resets_at) }));
  const head = h("h2", {}, t("own.quota"));
  return h("section", { class: "card stack" }, head, bar, h("p", { class: "row" }, said.filter(Boolean)), until);
}

function item(video) {
  const line = card(video);
  const again = button(t("watch.again"), {
    icon: "retry",
    quiet: true,
    on: () => attempt(async () => (await videos.retry(video.id)) && reload()),
  });
  const edit = button(t("edit"), {
    icon: "edit",
    quiet: true,
    on: async () => (await editVideo(video)) && reload(),
  });
  const remove = button(t("delete"), {
    icon: "trash",
    quiet: true,
    on: async () => (await deleteVideo(video)) && line.remove(),
  });
  const failed = video.processing_status === "failed";
  line.append(h("div", { class: "row" }, edit, remove, failed && again));
  if (failed) line.append(h("p", { class: "wrong", lang: "en" }, video.error_message));
  return line;
}
