// Uploading: files are chosen or dropped, each shows how far it is, and then how far its processing is.

import { uploads } from "../api.js";
import { attempt, button, h, icon, linkButton, progress } from "../dom.js";
import { bytes, moment, percent, span, speed, t } from "../text.js";
import { giveUp } from "../tus.js";
import { add, onChange, running, shown } from "../uploads.js";
import { editVideo } from "../video_dialogs.js";
import { tag, told } from "./library.js";

export const styles = "screens/upload.css";
const ACCEPT = "video/*,.mp4,.mov,.avi,.mkv,.webm";

export default async function upload({ signal }) {
  const [outlook, begun] = await Promise.all([uploads.check(1), uploads.list(signal)]);
  const list = h("ul", { class: "uploads" });
  const rows = new Map();
  const open = unfinished(begun.items);

  function show(each) {
    if (!rows.has(each)) rows.set(each, row(each));
    const line = rows.get(each);
    line.update();
    if (each.state === "stopped") line.remove();
    else if (!line.isConnected) list.prepend(line);
    open.update();
  }

  shown().forEach(show);
  onChange(show, signal);
  const largest = outlook.max_file_size_bytes;
  const node = [chooser(outlook, (files) => add(files, { largest })), list, open];
  return { title: t("upload.title"), node };
}

function chooser(outlook, take) {
  const input = h("input", { type: "file", multiple: true, accept: ACCEPT, class: "unseen", on: { change: chosen } });
  const said = { size: bytes(outlook.max_file_size_bytes), left: bytes(outlook.available_bytes) };
  const zone = h(
    "label",
    { class: "drop card" },
    icon("upload"),
    h("strong", {}, t("upload.drop")),
    h("span", { class: "button primary" }, t("upload.choose"), input),
    h("span", { class: "hint" }, t("upload.or", said)),
  );
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle("over", is);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    take([...event.dataTransfer.files]);
  });

  function chosen() {
    take([...input.files]);
    input.value = "";
  }

  return zone;
}

function row(upload) {
  const bar = progress(t("upload.progress", { title: upload.title }));
  const said = h("p", { class: "hint" });
  const wrong = h("p", { class: "wrong" });
  const named = h("strong", {}, upload.title);
  const status = h("span", {});
  const deeds = {
    pause: button(t("upload.pause"), { icon: "pause", quiet: true, on: () => upload.pause() }),
    resume: button(t("upload.resume"), { icon: "play", quiet: true, on: () => upload.resume() }),
    again: button(t("retry"), { icon: "retry", quiet: true, on: () => upload.resume() }),
    stop: button(t("upload.stop"), { icon: "close", quiet: true, on: () => attempt(() => upload.stop()) }),
    edit: button(t("video.edit"), { icon: "edit", quiet: true, on: edit }),
  };
  const watch = linkButton(t("upload.watch"), "/", { kind: "primary", icon: "play" });
  const head = h("div", { class: "what" }, named, status);
  const ways = h("div", { class: "row" }, Object.values(deeds), watch);
  const line = h("li", { class: "card" }, head, ways, h("div", { class: "how" }, bar, said, wrong));

  async function edit() {
    const changed = await editVideo(upload.video);
    if (changed) named.textContent = upload.title = changed.title;
  }

  line.update = () => {
    const { state, video } = upload;
    const isBusy = upload.isBusy || state === "waiting";
    deeds.pause.hidden = !isBusy || state === "finishing";
    deeds.resume.hidden = state !== "paused";
    deeds.again.hidden = state !== "failed" || !upload.fingerprint;
    deeds.stop.hidden = state === "done" || state === "finishing";
    deeds.edit.hidden = watch.hidden = state !== "done";
    if (video) watch.setAttribute("href", `/videos/${video.id}`);
    status.replaceChildren(...(video ? [tag(video.processing_status)] : []));
    bar.hidden = state === "failed" || video?.processing_status === "completed";
    bar.set(video ? video.processing_progress : upload.sent / upload.file.size);
    if (video) bar.setAttribute("aria-label", t("processing.progress", { title: upload.title }));
    said.textContent = state === "failed" ? "" : tell(upload);
    wrong.textContent = state === "failed" ? upload.why : (video?.error_message ?? "");
  };
  return line;
}

// Say in a line how far an upload is.
function tell({ state, sent, file, speed: pace, video }) {
  if (state === "running") {
    const said = [t("upload.running", { sent: bytes(sent), size: bytes(file.size) })];
    if (pace) said.push(speed(pace), t("upload.left", { span: span((file.size - sent) / pace) }));
    return said.join(" · ");
  }
  if (state === "paused") return t("upload.paused", { percent: percent(sent / file.size) });
  if (state !== "done") return t(`upload.${state === "new" ? "waiting" : state}`);
  return told(video);
}

// Show what was begun before this page was opened, and can be gone on with.
function unfinished(items) {
  const list = h("ul", { class: "uploads" });
  const head = [h("h2", {}, t("upload.unfinished")), h("p", { class: "hint" }, t("upload.unfinished_text"))];
  const element = h("section", { class: "stack", hidden: true }, head, list);
  const lines = items.map((item) => [item, h("li", { class: "card" })]);
  for (const [item, line] of lines) {
    const said = { percent: percent(item.offset / item.size_bytes), until: moment(item.expires_at) };
    const stop = () =>
      attempt(async () => {
        await giveUp(new URL(item.url).pathname);
        line.remove();
        element.update();
      });
    const deed = button(t("upload.stop"), { icon: "close", quiet: true, on: stop });
    const what = h("div", { class: "what" }, h("strong", {}, item.filename));
    line.append(what, h("div", { class: "row" }, deed), h("p", { class: "how hint" }, t("upload.unfinished_until", said)));
    list.append(line);
  }
  element.update = () => {
    const here = new Set([...running(), ...shown()].map((upload) => upload.fingerprint));
    for (const [item, line] of lines) line.hidden = here.has(item.fingerprint);
    element.hidden = ![...list.children].some((line) => !line.hidden);
  };
  element.update();
  return element;
}
