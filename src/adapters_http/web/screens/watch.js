// One video: playing it, what is said of it, and what becomes of it until it plays.

import { follow, videos } from "../api.js";
import { attempt, button, h, icon, linkButton, notice, openDialog, progress, toast } from "../dom.js";
import { player, scrubber } from "../player.js";
import { go, reload, retitle } from "../routing.js";
import { bytes, clock, date, t } from "../text.js";
import { deleteVideo, editVideo } from "../video_dialogs.js";
import { tag, told } from "./library.js";

export const styles = "screens/watch.css";

export default async function watch({ params, user, signal }) {
  let video = await videos.show(params.id, signal);
  const isOurs = video.uploaded_by === user.id || user.role === "admin";
  const facts = h("p", { class: "row soft dotted" });
  const stage = h("div", { class: "stage" });
  const state = h("div", { class: "state" });
  const said = h("p", { class: "prose" });
  const ways = h("div", { class: "row deeds" });
  const why = h("details", { hidden: true });
  const bar = progress(t("processing.progress", { title: video.title }));
  let film = null;

  function draw() {
    const parts = [
      h("span", {}, t("video.by", { name: video.uploader.username })),
      h("span", {}, t("video.views", { n: video.view_count })),
      h("span", {}, date(video.created_at)),
      video.category && h("a", { href: `/?category_id=${video.category.id}` }, video.category.name),
      video.duration_seconds && h("span", {}, clock(video.duration_seconds)),
      video.height && h("span", {}, `${video.width} × ${video.height}`),
      h("span", {}, bytes(video.file_size_bytes)),
    ];
    facts.replaceChildren(...parts.filter(Boolean));
    said.textContent = video.description ?? "";
    state.replaceChildren(...condition(video, bar, isOurs));
    explain(why, video);
    const download = ways.querySelector("[download]");
    download.hidden = !video.stream_url;
    if (video.stream_url) download.setAttribute("href", `${video.stream_url}&download=true`);
  }

  // Show the player once there is something to play, and leave it alone afterwards.
  async function play() {
    if (!video.play_url || film) return;
    const onviewed = (count) => {
      video = { ...video, view_count: count };
      draw();
    };
    film = player(video, { signal, onviewed });
    film.addEventListener("error", () => {
      if (!signal.aborted) stage.replaceChildren(notice("alert", t("watch.unplayable")));
    });
    stage.replaceChildren(film);
    if (!video.storyboard_url) return;
    const strip = await attempt(() => scrubber(film, video.storyboard_url, signal));
    if (strip && film.parentNode === stage) film.after(strip); // the stage may not be shown yet
  }

  // What plays goes on playing.
  function changed(now) {
    video = { ...video, ...now };
    retitle(video.title);
    draw();
  }

  ways.append(...deeds(() => video, isOurs, changed));
  draw();
  await play();
  if (!film && video.processing_status !== "failed") stage.append(h("div", { class: "still" }, icon("film")));
  if (["pending", "processing"].includes(video.processing_status)) {
    follow(video.id, (now) => {
      const ready = now.processing_status === "completed" && film === null;
      video = now;
      draw();
      if (ready) play();
    }, signal);
  }
  const keys = h("p", { class: "hint keys" }, t("watch.keys"));
  return { title: video.title, node: [h("div", { class: "watch" }, stage, state, facts, ways, said, why, keys)] };
}

// Say what a video that is not ready waits for; the element of a running bar stays the same.
function condition(video, bar, isOurs) {
  const status = video.processing_status;
  if (status === "completed") return [];
  if (status === "failed") {
    const again = button(t("watch.again"), {
      icon: "retry",
      kind: "primary",
      on: () => attempt(async () => (await videos.retry(video.id)) && reload()),
    });
    return [notice("alert", t("watch.failed"), video.error_message, ...(isOurs ? [again] : []))];
  }
  bar.set(video.processing_progress);
  const more = video.play_url ? t("watch.original") : t("watch.leave");
  const line = h("p", {}, told(video));
  return [h("div", { class: "card stack" }, h("div", { class: "row" }, tag(status), line), bar, h("p", { class: "hint" }, more))];
}

function deeds(video, isOurs, changed) {
  const share = button(t("watch.share"), { icon: "share", on: () => attempt(() => shareAddress(video())) });
  const edit = button(t("edit"), {
    icon: "edit",
    on: async () => {
      const now = await editVideo(video());
      if (now) changed(now);
    },
  });
  const remove = button(t("delete"), {
    icon: "trash",
    kind: "danger",
    on: async () => (await deleteVideo(video())) && go("/", { replace: true }),
  });
  const download = linkButton(t("watch.download"), "", { icon: "download", download: "" });
  return [share, download, ...(isOurs ? [edit, remove] : [])];
}

// Hand the page's address to the device's own way of sharing, or to the clipboard, or just show it.
async function shareAddress(video) {
  const address = `${location.origin}/videos/${video.id}`;
  if (navigator.share) {
    try {
      return await navigator.share({ title: video.title, url: address });
    } catch (error) {
      if (error.name === "AbortError") return undefined;
    }
  }
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(address);
    return toast(t("copied"));
  }
  const shown = h("input", { value: address, readonly: true, "aria-label": t("watch.share") });
  openDialog(t("watch.share"), h("p", {}, t("watch.share_text")), shown);
  return shown.select();
}

// Say how the video is processed, and why so, where one may know it.
function explain(element, video) {
  const reasons = video.processing_plan?.reasons ?? [];
  element.hidden = reasons.length === 0;
  const list = h("ul", { lang: "en" }, reasons.map((reason) => h("li", {}, reason)));
  element.replaceChildren(h("summary", {}, t("watch.plan")), list);
}
