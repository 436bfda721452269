// What waits, what is being processed, and what failed, with the reason and another try.

import { videos } from "../../api.js";
import { attempt, button, h, notice } from "../../dom.js";
import { fill, table } from "../../lists.js";
import { reload } from "../../routing.js";
import { ago, bytes, t } from "../../text.js";
import { tag, told } from "../library.js";

const STATUSES = ["processing", "pending", "failed"];

export default async function queue({ signal }) {
  const heads = [t("queue.video"), t("queue.size"), t("queue.state"), ""];
  const { body, element } = table(t("admin.queue"), heads);
  const feet = [];
  for (const status of STATUSES) {
    const query = { status, order: status === "pending" ? "asc" : "desc" };
    feet.push(await fill(body, (page) => videos.list({ ...query, ...page }, signal), row, null));
  }
  const empty = notice("check", t("queue.empty"), t("queue.empty_text"));
  return [body.isEmpty() ? empty : element, ...feet];
}

function row(video) {
  const failed = video.processing_status === "failed";
  const again = button(t("watch.again"), {
    icon: "retry",
    quiet: true,
    on: () => attempt(async () => (await videos.retry(video.id)) && reload()),
  });
  const named = h("a", { href: `/videos/${video.id}` }, video.title);
  const by = h("div", { class: "hint" }, `${video.uploader.username}, ${ago(video.created_at)}`);
  const why = failed ? h("div", { class: "wrong", lang: "en" }, video.error_message) : h("div", { class: "hint" }, told(video));
  return h(
    "tr",
    {},
    h("td", {}, named, by),
    h("td", { class: "number" }, bytes(video.file_size_bytes)),
    h("td", {}, tag(video.processing_status), why),
    h("td", {}, h("div", { class: "row" }, failed ? again : null)),
  );
}
