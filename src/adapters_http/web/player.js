// The browser's player, and beside it what it lacks: looking through the video, keys, counting a view.

import { videos } from "./api.js";
import { attempt, h, icon } from "./dom.js";
import { clock, t } from "./text.js";

const VIEWED = 10; // seconds, or half of a shorter video
const JUMP = 10; // seconds

// Make a player of a video's `play_url`; `signal` ends it, and `onviewed` gets the new number of views.
export function player(video, { signal, onviewed }) {
  const properties = { src: video.play_url, poster: video.thumbnail_url, "aria-label": video.title };
  const film = h("video", { ...properties, controls: true, playsinline: true, preload: "metadata" });
  countView(film, video, onviewed);
  listenToKeys(film, signal);
  signal.addEventListener("abort", () => {
    film.pause();
    film.removeAttribute("src");
    film.load(); // a download that nobody looks at ends
  });
  return film;
}

function countView(film, video, onviewed) {
  let watched = 0;
  let last = null;
  film.addEventListener("timeupdate", async () => {
    const step = last === null ? 0 : film.currentTime - last;
    last = film.currentTime;
    if (step <= 0 || step > 2 || watched === Infinity) return; // a seek is no watching
    watched += step;
    if (watched < Math.min(VIEWED, film.duration / 2)) return;
    watched = Infinity;
    const counted = await attempt(() => videos.view(video.id));
    if (counted) onviewed(counted.view_count);
  });
}

function listenToKeys(film, signal) {
  const deeds = {
    " ": () => (film.paused ? film.play() : film.pause()),
    k: () => (film.paused ? film.play() : film.pause()),
    j: () => (film.currentTime -= JUMP),
    l: () => (film.currentTime += JUMP),
    m: () => (film.muted = !film.muted),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : film.requestFullscreen()),
  };
  const listen = (event) => {
    const busy = event.target.closest("input, select, textarea, button, a, summary, dialog, video");
    const deed = deeds[event.key.toLowerCase()];
    if (busy || !deed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    deed();
  };
  document.addEventListener("keydown", listen, { signal });
}

// Make a slider on which one sees what is where, of the storyboard's WebVTT; it stays empty if that
// cannot be had.
export async function scrubber(film, address, signal) {
  const tiles = parse(await (await fetch(address, { signal })).text(), address);
  if (!tiles.length) return null;
  const tile = h("div", { class: "tile", hidden: true }, h("span", { class: "time" }));
  const slider = h("input", { type: "range", min: 0, max: 1000, step: 1, value: 0, "aria-label": t("watch.preview") });

  function preview(fraction) {
    const seconds = fraction * tiles.at(-1).end;
    const found = tiles.find((each) => seconds < each.end) ?? tiles.at(-1);
    const rules = { "background-image": `url("${found.picture}")` };
    rules["background-position"] = `-${found.x}px -${found.y}px`;
    rules["inline-size"] = `${found.width}px`;
    rules["block-size"] = `${found.height}px`;
    rules["--at"] = String(fraction);
    for (const [name, value] of Object.entries(rules)) tile.style.setProperty(name, value);
    tile.firstChild.textContent = clock(seconds);
    tile.hidden = false;
    return seconds;
  }

  const hide = () => (tile.hidden = true);
  slider.addEventListener("pointermove", (event) => {
    const box = slider.getBoundingClientRect();
    preview(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  });
  slider.addEventListener("input", () => {
    film.currentTime = preview(slider.value / 1000);
    slider.setAttribute("aria-valuetext", clock(film.currentTime));
  });
  for (const name of ["pointerleave", "blur", "change"]) slider.addEventListener(name, hide);
  film.addEventListener("timeupdate", () => {
    if (document.activeElement !== slider) slider.value = 1000 * (film.currentTime / film.duration);
    slider.setAttribute("aria-valuetext", clock(film.currentTime));
  });
  return h("div", { class: "scrubber", dir: "ltr", title: t("watch.preview") }, tile, icon("film"), slider);
}

// Read the cues of a storyboard: times in seconds, places in pixels.
function parse(text, address) {
  const cues = text.matchAll(/([\d:.]+) --> ([\d:.]+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g);
  return [...cues].map(([, , end, picture, x, y, width, height]) => ({
    end: end.split(":").reduce((sum, part) => 60 * sum + Number(part), 0),
    picture: new URL(picture, new URL(address, location.origin)).href,
    ...{ x, y, width, height },
  }));
}
