// Every request to the server. Paths begin after /api/v1. Failures are thrown as a Problem.

import { connection } from "app/connection.js";
import { dropEarly, takeEarly } from "app/early.js";
import { learnTime } from "app/now.js";

const base = "/api/v1";
const seconds = 1000;

/**
 * Why a request failed. `status` is 0 when there was no answer: `reason` is then "offline" or "timeout". `code` and
 * `params` say what the server refused, `fields` where; a proxy's answer, or one stored by an earlier version of the app, has no code.
 */
export class Problem extends Error {
  /** @type {number} */ status;
  /** @type {string} */ reason;
  /** @type {string | null} */ code;
  /** @type {Record<string, any>} */ params;
  /** @type {string} */ detail;
  /** In seconds. @type {number | null} */ retryAfter;
  /** @type {string | null} */ requestId;

  constructor({
    status = 0, reason = "refused", code = null, params = {}, detail = "", fields = [], retryAfter = null, requestId = null,
  }) {
    // A proxy in between may answer in JSON of its own.
    const sentence = typeof detail === "string" ? detail : "";
    super(sentence || `${reason} ${status}`);
    Object.assign(this, { status, reason, code, params, detail: sentence, retryAfter, requestId });
    this.fields = Array.isArray(fields) ? fields.filter((one) => typeof one?.field === "string") : [];
    /** Whether the session has ended: the app asks for the password, and then the request can be retried. */
    this.endsSession = false;
  }

  /** Whether the person must add a second factor before anything else. */
  get lacksFactor() {
    return this.code === "second-factor-missing";
  }

  /** Whether nothing is shown or taken until then, or until the operator resumes the suspended company. Nothing is deleted. */
  get isBarred() {
    return this.lacksFactor || this.code === "company-suspended";
  }

  /** Whether the resource doesn't exist, or isn't this person's to see. */
  get isGone() {
    return (this.status === 404 || this.status === 403) && !this.isBarred;
  }

  /** Whether the same request may succeed a little later. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

// An answer's version and next page are kept with the answer, so that a form sends the version that it showed.
const about = new WeakMap();
/** An answer's version. */
export const etagOf = (answer) => about.get(answer)?.etag ?? null;
/** The path of a list's next page. */
export const nextOf = (answer) => about.get(answer)?.next ?? null;
export function remember(answer, { etag = null, next = null }) {
  if (answer && typeof answer === "object") about.set(answer, { etag, next });
  return answer;
}

const accepted = new WeakSet();
/** Whether it was answered with 202: an act that couldn't be recorded, and waits as a clarification until it is decided. */
export const isAccepted = (answer) => accepted.has(answer);

let onUnauthorized = () => {};
/** Called when a signed-in request is answered with 401. */
export function whenUnauthorized(handler) {
  onUnauthorized = handler;
}

/** @type {(signal?: AbortSignal, byFactor?: boolean) => Promise<boolean>} */
let askToConfirm = async () => false;
/** Called when the server wants the password again before a sensitive act, or the second factor; returns whether it was given. */
export function whenUnconfirmed(handler) {
  askToConfirm = handler;
}

/** A key under which a POST is done once, however often it is sent. (randomUUID isn't there on plain http.) */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const api = {
  get: (path, options) => firstAnswer(path) ?? request("GET", path, options),

  /** The same for a list, with all its pages. A path with `limit=` returns one page; `nextOf` has the next one. */
  async all(path, options) {
    const first = await api.get(path, options);
    if (!nextOf(first) || /[?&]limit=/.test(path)) return first;
    const items = [...first];
    for (let next = nextOf(first); next; ) {
      const page = await request("GET", next, options);
      items.push(...page);
      next = nextOf(page);
    }
    return items;
  },

  /** A file: `{blob, name}`, without a name if the answer has none. Large ones take their time. @returns {Promise<{blob: Blob, name: string | null}>} */
  file: (path, options) => request("GET", path, { timeout: 120 * seconds, ...options, isFile: true }),

  /**
   * @param {{key?: string, version?: number, token?: string, signal?: AbortSignal, keepalive?: boolean, byFactor?: boolean}} options the key is made
   *   when none is given. `byFactor` where it is known that the password isn't enough.
   */
  post: (path, body, options = {}) => request("POST", path, { key: newKey(), ...options, body }),
  /**
   * @param {{of?: object, version?: number, signal?: AbortSignal, keepalive?: boolean}} options `of` is the answer that was shown, or `version`
   *   what it said: a newer one is not overwritten.
   */
  put: (path, body, options = {}) => request("PUT", path, { ...options, body }),
  patch: (path, body, options = {}) => request("PATCH", path, { ...options, body }),
  delete: (path, options) => request("DELETE", path, options),
};

/**
 * @typedef {{byFactor?: boolean, body?: unknown, key?: string, of?: object, version?: number, token?: string, signal?: AbortSignal, keepalive?: boolean, timeout?: number, isFile?: boolean}} Options
 */

/** A request that needs the password or the second factor is sent again once it was given; not giving it counts as cancelling. */
async function request(method, path, /** @type {Options} */ options = {}) {
  try {
    return await send(method, path, options);
  } catch (problem) {
    const isAgain = problem.code === "confirm-again";
    const byFactor = isAgain ? options.byFactor : problem.code === "confirm-with-factor";
    if (!isAgain && !byFactor) throw problem;
    if (!(await askToConfirm(options.signal, byFactor))) throw new DOMException("The password was not given.", "AbortError");
    // After the password the server may want the factor.
    return byFactor ? send(method, path, options) : request(method, path, options);
  }
}

/** Of links, cards and PINs: they say nothing about the session. */
const ofOtherProofs = new Set(["link-used", "link-expired", "card-not-valid", "wrong-pin", "phone-ended"]);

/** @param {string} method  @param {string} path  @param {Options} options */
async function send(method, path, { body, key, of, version, token, signal, keepalive, timeout = 20 * seconds, isFile }) {
  if (!navigator.onLine) {
    connection.report(false);
    throw new Problem({ reason: "offline" });
  }
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key && !path.startsWith("/auth/")) headers["Idempotency-Key"] = key;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (of && etagOf(of)) headers["If-Match"] = etagOf(of);
  if (version !== undefined) headers["If-Match"] = `"${version}"`;

  if (method !== "GET") dropEarly();
  const early = method === "GET" && !token && !isFile ? takeEarly(path) : null;
  const clock = early?.clock ?? new AbortController();
  const timer = setTimeout(() => clock.abort(), timeout);
  const leave = () => clock.abort();
  signal?.addEventListener("abort", leave);
  const asked = early?.at ?? Date.now();
  try {
    signal?.throwIfAborted();
    const response = await (early?.answer ?? fetch(base + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: clock.signal,
      keepalive,
    }));
    learnTime(response.headers.get("Date"), asked);
    const answer = isFile && response.ok ? await fileIn(response) : await read(response);
    // The server's own refusals have a request id: then it is up, and only busy or without its database.
    const isServerAway = response.status >= 502 && response.status <= 504 && !answer?.requestId;
    connection.report(!isServerAway, { isServerAway });
    if (response.ok) {
      if (response.status === 202 && answer) accepted.add(answer);
      return remember(answer, { etag: response.headers.get("ETag"), next: nextPath(response.headers.get("Link")) });
    }
    const problem = new Problem({
      status: response.status,
      code: answer?.code,
      params: answer?.params,
      detail: answer?.detail,
      fields: answer?.fields,
      retryAfter: Number(response.headers.get("Retry-After")) || null,
      requestId: answer?.requestId ?? response.headers.get("X-Request-Id"),
    });
    problem.endsSession = problem.status === 401 && !token && !/^\/auth\/(signin|second|passkey)/.test(path) && !ofOtherProofs.has(problem.code);
    if (problem.endsSession) onUnauthorized();
    throw problem;
  } catch (error) {
    if (error instanceof Problem) throw error;
    signal?.throwIfAborted();
    connection.report(false);
    throw new Problem({ reason: clock.signal.aborted ? "timeout" : "offline" });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}

async function read(response) {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answers in HTML: its status says enough.
    return null;
  }
}

async function fileIn(response) {
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? null;
  return { blob: await response.blob(), name };
}

function nextPath(link) {
  const address = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  if (!address) return null;
  const { pathname, search } = new URL(address, location.origin);
  return (pathname + search).slice(base.length);
}

// Answers rendered into the page replace the first requests. Each is used once, because it ages.
let firstData = JSON.parse(document.getElementById("first-data")?.textContent || "{}");
/** They are of a person who has left. */
export function dropFirstAnswers() {
  firstData = {};
}
export const hasFirstAnswer = (path) => Object.hasOwn(firstData, base + path);

function firstAnswer(path) {
  if (!hasFirstAnswer(path)) return null;
  const { [base + path]: answer, ...rest } = firstData;
  firstData = rest;
  return answer;
}
