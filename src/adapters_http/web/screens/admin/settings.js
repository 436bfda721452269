// What can be set while the service runs.

import { admin } from "../../api.js";
import { field, form, h, toast } from "../../dom.js";
import { moment, t } from "../../text.js";

const GIB = 2 ** 30; // bytes
const SIZES = ["max_file_size_bytes", "weekly_upload_limit_bytes"];

export default async function settings({ signal }) {
  const config = await admin.config(signal);
  const size = (name) => field({ name, label: t(`settings.${name}`), type: "number", value: config[name] / GIB, min: 0.001, step: "any", required: true });
  const asked = form({
    fields: [
      ...SIZES.map(size),
      field({ name: "video_storage_path", label: t("settings.video_storage_path"), hint: t("settings.path_hint"), value: config.video_storage_path, required: true, spellcheck: "false" }),
    ],
    submit: t("save"),
    onsubmit: async (values) => {
      // Only what was changed: a size that is no round number of gibibytes would be rounded.
      const body = {};
      for (const name of SIZES) {
        if (Number(values[name]) !== config[name] / GIB) body[name] = Math.round(values[name] * GIB);
      }
      if (values.video_storage_path !== config.video_storage_path) body.video_storage_path = values.video_storage_path;
      Object.assign(config, await admin.configure(body));
      toast(t("saved"));
    },
  });
  const since = h("p", { class: "hint" }, t("settings.since", { moment: moment(config.updated_at) }));
  return h("div", { class: "card stack short" }, asked, since);
}
