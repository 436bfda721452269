// The platform's numbers.

import { admin } from "../../api.js";
import { h } from "../../dom.js";
import { bytes, number, t } from "../../text.js";

export default async function numbers({ signal }) {
  const stats = await admin.stats(signal);
  const shown = [
    [t("numbers.members"), t("numbers.of", { n: stats.active_users, all: stats.total_users })],
    [t("numbers.videos"), number(stats.total_videos)],
    [t("numbers.queue"), number(stats.processing_queue_length)],
    [t("numbers.failed"), number(stats.videos_by_status.failed)],
    [t("numbers.used"), bytes(stats.storage_used_bytes)],
    [t("numbers.free"), bytes(stats.storage_free_bytes)],
  ];
  return h("dl", { class: "numbers" }, shown.map(([term, value]) => h("div", { class: "card" }, h("dt", {}, term), h("dd", {}, value))));
}
