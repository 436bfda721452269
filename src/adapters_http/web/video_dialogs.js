// Changing and deleting a video, in dialogs.

import { categories, videos } from "./api.js";
import { askForm, attempt, field, toast } from "./dom.js";
import { t } from "./text.js";

// Let a video be changed; gives it as it is then, or null if nothing was changed.
export async function editVideo(video) {
  const shelves = await attempt(() => categories.list());
  if (!shelves) return null;
  const options = [["", t("watch.no_category")], ...shelves.items.map((each) => [each.id, each.name])];
  return asked(t("video.edit"), (done) => ({
    fields: [
      field({ name: "title", label: t("watch.title_field"), value: video.title, required: true, maxlength: 200 }),
      field({ name: "description", label: t("watch.description"), type: "textarea", value: video.description, maxlength: 5000 }),
      field({ name: "category_id", label: t("watch.category"), type: "select", options, value: video.category_id ?? "" }),
    ],
    submit: t("save"),
    onsubmit: async ({ title, description, category_id }) => {
      const body = { title, description: description || null, category_id: category_id || null };
      done(await videos.edit(video.id, body));
      toast(t("saved"));
    },
  }));
}

// Let a video be deleted; gives whether it was.
export async function deleteVideo(video) {
  const gone = await asked(t("video.delete"), (done) => ({
    text: t("video.delete_text", { title: video.title }),
    fields: [],
    submit: t("delete"),
    kind: "danger",
    onsubmit: async () => {
      await videos.remove(video.id);
      done(true);
      toast(t("video.deleted"));
    },
  }));
  return gone === true;
}

function asked(title, describe) {
  return new Promise((resolve) => {
    let outcome = null;
    const box = askForm(title, describe((value) => (outcome = value)));
    box.addEventListener("close", () => resolve(outcome));
  });
}
