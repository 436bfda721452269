// The uploads of this page: they go on while one looks at other screens, wait out lost lines, and find
// their place again when the file is chosen anew after the page, or the browser, was closed.

import { follow } from "./api.js";
import { showUploading } from "./app.js";
import { toast } from "./dom.js";
import { meaning, t } from "./text.js";
import { create, fingerprintOf, giveUp, look, send } from "./tus.js";

const AT_ONCE = 2; // more only makes each slower
const CHUNK = 16 * 1024 * 1024; // bytes of a request, since proxies have limits; what breaks off stays
const FIRST_WAIT = 1000; // milliseconds until the next try, doubled from try to try
const LONGEST_WAIT = 30_000;
const WINDOW = 5000; // milliseconds over which the speed is measured
const KEPT = "vidcore.upload."; // + fingerprint: the path of its upload; no secret
const TYPES = /\.(mp4|mov|avi|mkv|webm)$/i;
const PASSING = new Set([0, 409, 423, 429, 500, 502, 503, 504, 599]);

const all = [];
const changes = new EventTarget();

export function running() {
  return all.filter((upload) => !["done", "failed", "stopped"].includes(upload.state));
}

export function shown() {
  return all.filter((upload) => upload.state !== "stopped");
}

export function onChange(call, signal) {
  changes.addEventListener("change", (event) => call(event.detail), { signal });
}

// Take files in: each is uploaded as soon as it is its turn.
export function add(files, { largest }) {
  for (const file of files) {
    const upload = new Upload(file);
    all.push(upload);
    if (!TYPES.test(file.name)) upload.fail(t("upload.type"));
    else if (!file.size) upload.fail(t("upload.empty"));
    else if (file.size > largest) upload.fail(t("error.file_too_large"));
    else upload.become("waiting");
  }
  startNext();
}

function startNext() {
  const busy = all.filter((upload) => upload.isBusy).length;
  const waiting = all.filter((upload) => upload.state === "waiting");
  for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - busy))) upload.run();
}

class Upload {
  constructor(file) {
    this.file = file;
    this.title = titleOf(file.name);
    this.state = "new"; // waiting, checking, running, lost, finishing, paused, done, failed, stopped
    this.sent = 0;
    this.why = ""; // why it failed
    this.video = null; // once it is one
    this.path = null;
    this.fingerprint = null;
    this.samples = [];
    this.control = new AbortController();
  }

  get isBusy() {
    return ["checking", "running", "lost", "finishing"].includes(this.state);
  }

  // Bytes a second over the last moments, or 0.
  get speed() {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    return first && last[0] > first[0] ? (1000 * (last[1] - first[1])) / (last[0] - first[0]) : 0;
  }

  become(state) {
    this.state = state;
    changes.dispatchEvent(new CustomEvent("change", { detail: this }));
    const open = running().filter((upload) => upload.state !== "new");
    const size = open.reduce((sum, upload) => sum + upload.file.size, 0);
    showUploading(size ? open.reduce((sum, upload) => sum + upload.sent, 0) / size : null);
  }

  fail(why) {
    this.why = why;
    this.become("failed");
  }

  pause() {
    this.control.abort();
    this.become("paused");
    startNext();
  }

  resume() {
    this.become("waiting");
    startNext();
  }

  async stop() {
    this.control.abort();
    const { path } = this;
    this.forget();
    this.become("stopped");
    startNext();
    if (path) await giveUp(path);
  }

  async run() {
    const control = (this.control = new AbortController());
    let wait = FIRST_WAIT;
    this.become("checking");
    while (!control.signal.aborted) {
      try {
        await this.attempt(control.signal, () => (wait = FIRST_WAIT));
        return startNext();
      } catch (error) {
        if (control.signal.aborted) return undefined;
        if (!PASSING.has(error.status)) {
          this.fail(error.code ? meaning(error) : String(error));
          if (error.code === undefined) console.error(error);
          return startNext();
        }
        this.become("lost");
        await passed(wait, control.signal);
        wait = Math.min(2 * wait, LONGEST_WAIT);
      }
    }
    return undefined;
  }

  async attempt(signal, advance) {
    let now = await this.find();
    this.samples = [];
    while (!now.videoId) {
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      this.moved(now.offset);
      if (now.offset >= this.file.size) now = await look(this.path);
      else {
        const { offset } = now;
        const bytes = this.file.slice(offset, offset + CHUNK);
        now = await send(this.path, bytes, { offset, tell: (sent) => this.moved(offset + sent), signal });
        advance();
      }
    }
    this.finish(now.videoId);
  }

  // Give how far the upload is: the one that is under way, was kept, or is begun now.
  async find() {
    this.fingerprint ??= await fingerprintOf(this.file);
    this.path ??= localStorage.getItem(KEPT + this.fingerprint);
    if (this.path) {
      try {
        return await look(this.path);
      } catch (error) {
        if (error.status !== 404) throw error;
      }
    }
    const begun = await create(this.file, { title: this.title, fingerprint: this.fingerprint });
    this.path = begun.path;
    localStorage.setItem(KEPT + this.fingerprint, begun.path);
    return begun;
  }

  moved(sent) {
    const now = performance.now();
    this.sent = sent;
    this.samples = [...this.samples.filter(([at]) => now - at < WINDOW), [now, sent]];
    this.become(sent < this.file.size ? "running" : "finishing");
  }

  finish(videoId) {
    this.forget();
    this.sent = this.file.size;
    this.video = { id: videoId, title: this.title, processing_status: "pending", processing_progress: 0 };
    this.become("done");
    toast(t("upload.announced", { title: this.title }));
    follow(videoId, (video) => {
      this.video = video;
      this.become("done");
    });
  }

  forget() {
    localStorage.removeItem(KEPT + this.fingerprint);
    this.path = null;
  }
}

// Wait, but not longer than until the line is there again.
function passed(milliseconds, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    window.addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve);
  });
}

// Make a title of a file's name, as the service does where there is none.
function titleOf(name) {
  const stem = name.replace(/\.\w+$/, "").replace(/[_\s]+/g, " ").trim();
  return (stem || name).slice(0, 200);
}

window.addEventListener("beforeunload", (event) => {
  if (running().some((upload) => upload.isBusy)) event.preventDefault();
});
