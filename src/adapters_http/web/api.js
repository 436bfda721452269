// Everything that is asked of the service, by its public contract. The session is a cookie that no
// script can read; so nothing here, or anywhere in the page, ever holds a token.

export class ApiError extends Error {
  // `code` is the contract's `error_code`, or "offline" if there was no answer.
  constructor(status, body, retryAfter) {
    super(body.detail);
    this.status = status;
    this.code = body.error_code;
    this.fields = body.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

let whenSignedOut = () => {};

export function onSignedOut(call) {
  whenSignedOut = call;
}

const ahead = new Map(); // by address, answers that nobody has asked for yet

// Ask for what is going to be asked for soon: whoever does so gets this answer, once.
function askAhead(path, query) {
  const coming = ask("GET", path, { query });
  coming.catch(() => {}); // whoever asks for it meets the failure
  ahead.set(path + asQuery(query), coming);
}

// Ask, and give the JSON of the answer, or null if it has none. Throws ApiError.
export async function ask(method, path, { query, body, signal } = {}) {
  const options = { method, signal, headers: {} };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const address = path + asQuery(query);
  const known = method === "GET" && ahead.get(address);
  if (known) {
    ahead.delete(address);
    return known;
  }
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { detail: String(error), error_code: "offline" });
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  throw await failure(response);
}

// Make the error of an answer that is none of success; whoever is no longer signed in is sent to do it.
export async function failure(response) {
  let body = { detail: response.statusText, error_code: "offline" };
  if (response.headers.get("Content-Type")?.startsWith("application/json")) {
    body = await response.json();
  }
  const error = new ApiError(response.status, body, Number(response.headers.get("Retry-After")));
  if (endsSession(error)) whenSignedOut();
  return error;
}

function endsSession(error) {
  return error.code === "not_authenticated" || error.code === "account_inactive";
}

function asQuery(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

const id = encodeURIComponent;

export const auth = {
  me: () => ask("GET", "/api/auth/me"),
  login: (body) => ask("POST", "/api/auth/login", { body: { ...body, cookie: true } }),
  register: (body) => ask("POST", "/api/auth/register", { body: { ...body, cookie: true } }),
  logout: () => ask("POST", "/api/auth/logout"),
  password: (body) => ask("POST", "/api/auth/password", { body }),
};

// By the names that the library's addresses have.
export const ORDERS = {
  newest: { sort_by: "created_at", order: "desc" },
  oldest: { sort_by: "created_at", order: "asc" },
  most_viewed: { sort_by: "view_count", order: "desc" },
};
const FOUND_AT_ONCE = 24; // fills whole rows of 2, 3 and 4 cards

function asSearch({ q, category_id, sort }, page) {
  return { q, category_id, ...(ORDERS[sort] ?? ORDERS.newest), page, page_size: FOUND_AT_ONCE };
}

export const videos = {
  list: (query, signal) => ask("GET", "/api/videos", { query, signal }),
  search: (wanted, page, signal) => ask("GET", "/api/videos", { query: asSearch(wanted, page), signal }),
  searchAhead: (wanted) => askAhead("/api/videos", asSearch(wanted, 1)),
  of: (user, query, signal) => ask("GET", `/api/users/${id(user)}/videos`, { query, signal }),
  show: (video, signal) => ask("GET", `/api/videos/${id(video)}`, { signal }),
  edit: (video, body) => ask("PATCH", `/api/videos/${id(video)}`, { body }),
  remove: (video) => ask("DELETE", `/api/videos/${id(video)}`),
  retry: (video) => ask("POST", `/api/videos/${id(video)}/retry`),
  view: (video) => ask("POST", `/api/videos/${id(video)}/view`),
};

export const uploads = {
  list: (signal) => ask("GET", "/api/uploads", { signal }),
  check: (size) => ask("POST", "/api/uploads/check", { body: { size } }),
};

export const categories = {
  list: (signal) => ask("GET", "/api/categories", { signal }),
  listAhead: () => askAhead("/api/categories"),
  create: (body) => ask("POST", "/api/categories", { body }),
  rename: (category, body) => ask("PATCH", `/api/categories/${id(category)}`, { body }),
  remove: (category) => ask("DELETE", `/api/categories/${id(category)}`),
};

export const invitations = {
  validate: (token) => ask("GET", `/api/invitations/validate/${id(token)}`),
  list: (query, signal) => ask("GET", "/api/invitations", { query, signal }),
  create: (body) => ask("POST", "/api/invitations", { body }),
  revoke: (invitation) => ask("DELETE", `/api/invitations/${id(invitation)}`),
};

export const users = {
  list: (query, signal) => ask("GET", "/api/users", { query, signal }),
  role: (user, role) => ask("PATCH", `/api/users/${id(user)}/role`, { body: { role } }),
  active: (user, is_active) =>
    ask("PATCH", `/api/users/${id(user)}/active`, { body: { is_active } }),
  remove: (user, query) => ask("DELETE", `/api/users/${id(user)}`, { query }),
};

export const admin = {
  stats: (signal) => ask("GET", "/api/admin/stats", { signal }),
  config: (signal) => ask("GET", "/api/admin/config", { signal }),
  configure: (body) => ask("PATCH", "/api/admin/config", { body }),
};

// Call `tell` with the video at every change, until nothing more happens or `signal` ends it.
export function follow(video, tell, signal) {
  const source = new EventSource(`/api/videos/${id(video)}/events`);
  source.addEventListener("status", (event) => {
    const shown = JSON.parse(event.data);
    if (["completed", "failed"].includes(shown.processing_status)) source.close();
    tell(shown);
  });
  signal?.addEventListener("abort", () => source.close());
}
