// tus 1.0.0 (https://tus.io/protocols/resumable-upload), as far as the page speaks it.

import { ApiError, failure } from "./api.js";

const PATH = "/api/uploads";
const VERSION = { "Tus-Resumable": "1.0.0" };
const SAMPLE = 64 * 1024; // bytes from each end of a file by which it is known again

// Give by what a file is known again. It is no proof against forgery: one's own files are compared.
export async function fingerprintOf(file) {
  const ends = [file.slice(0, SAMPLE), file.slice(Math.max(0, file.size - SAMPLE))];
  const parts = await Promise.all(ends.map((end) => end.arrayBuffer()));
  const name = new TextEncoder().encode(`${file.name}/${file.size}/${file.lastModified}`);
  const sums = [name, ...parts.map((part) => new Uint8Array(part))].map(checksum);
  return `page-${sums.join("-")}`;
}

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 32 bits: digests proper are for https alone.
function checksum(octets) {
  let sum = 0x811c9dc5;
  for (const octet of octets) sum = Math.imul(sum ^ octet, 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, "0");
}

// Begin an upload, or find the one that was begun for this file. No byte of it is sent.
export async function create(file, { title, fingerprint }) {
  const said = { filename: file.name, title, fingerprint };
  const pairs = Object.entries(said).map(([name, value]) => `${name} ${base64(value)}`);
  return call("POST", PATH, {
    "Upload-Length": String(file.size),
    "Upload-Metadata": pairs.join(","),
  });
}

// Give how far an upload is. Throws ApiError with `not_found` if it has been given up.
export function look(path) {
  return call("HEAD", path);
}

export function giveUp(path) {
  return call("DELETE", path);
}

async function call(method, path, more = {}) {
  let response;
  try {
    response = await fetch(path, { method, headers: { ...VERSION, ...more } });
  } catch (error) {
    throw new ApiError(0, { detail: String(error), error_code: "offline" });
  }
  if (response.ok) return progressOf((name) => response.headers.get(name), path);
  if (method === "HEAD" && response.status === 404) {
    throw new ApiError(404, { detail: "The upload is gone.", error_code: "not_found" });
  }
  throw await failure(response);
}

// Send bytes behind the first `offset`; `tell` gets how many of them have gone out. XMLHttpRequest,
// since fetch does not say how far a body has come.
export function send(path, bytes, { offset, tell, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(new ApiError(0, { detail: "", error_code: "offline" }));
    const stop = () => request.abort();
    request.open("PATCH", path);
    const headers = { ...VERSION, "Upload-Offset": String(offset) };
    headers["Content-Type"] = "application/offset+octet-stream";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => tell(event.loaded));
    request.addEventListener("error", lost);
    request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    request.addEventListener("load", () => {
      if (request.status === 204) {
        return resolve(progressOf((name) => request.getResponseHeader(name), path));
      }
      return failure(asResponse(request)).then(reject, lost);
    });
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    signal.addEventListener("abort", stop);
    request.send(bytes);
  });
}

function asResponse(request) {
  const headers = { "Content-Type": request.getResponseHeader("Content-Type") ?? "" };
  return new Response(request.responseText, { status: request.status || 599, headers });
}

// The address of an upload may name another host than the one that is asked: only its path counts.
function progressOf(header, path) {
  const location = header("Location");
  return {
    path: location ? new URL(location, window.location.origin).pathname : path,
    offset: Number(header("Upload-Offset") ?? 0),
    videoId: header("X-Video-ID"),
  };
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
