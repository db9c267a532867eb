// What a page module is called with: its address, the company it shows, its data, and a signal for its end.

import { kept } from "app/kept.js";
import { fail } from "app/live.js";
import { session } from "app/session.js";

/** In milliseconds, how long a page that could be shown waits for what it can do without. */
const patience = 300;

export class Page {
  /** @type {string} */ route;
  /** @type {Record<string, string>} */ params;
  /** @type {string | undefined} */ tab;
  /** @type {string | undefined} */ section;
  /** By name, the answers that `read` asked for: undefined until known. */
  data = Object.create(null);
  /** By name, why an optional read failed. */
  problems = Object.create(null);
  /** Whether it could not be shown, and shows the reason instead. */
  isFailed = false;
  /** Returns whether there is input that would be lost; a form sets it. */
  hasInput = () => false;

  #leaving = new AbortController();
  #reads = new Map();
  #more = [];
  #show;
  #isDue = false;
  #failure = null;

  /**
   * @param {ReturnType<import("app/routes.js").routeFor>} route
   * @param {(failure: Error | null) => void} show renders the page, or why it can't be.
   */
  constructor(route, show) {
    const { pathname, search } = location;
    /** The module's name, the address's parameters, and the tab and section of the navigation. */
    Object.assign(this, { route: route.page, params: route.params, tab: route.tab, section: route.section });
    /** Whether people who aren't signed in see it too. */
    this.isOpen = route.isOpen;
    this.isDoor = route.isDoor;
    this.path = pathname;
    this.query = new URLSearchParams(search);
    this.company = companyOf(route.params);
    this.#show = show;
  }

  /** Aborts when the page is left: hand it to requests. */
  get signal() {
    return this.#leaving.signal;
  }

  get user() {
    return session.user;
  }

  /** An address within the company that is shown: `page.link("/sites/1")`. */
  link(path) {
    const start = this.company?.link ?? "";
    return path === "/" ? start || "/" : start + path;
  }

  /**
   * Reads by name, last known answers first: `page.read({ site: page.company.api + "/sites/1" })`. Then `page.data.site` has
   * the answer, and the page shows itself again whenever there is a newer one.
   * @param {Record<string, string>} paths
   * @param {{optional?: boolean, isLive?: boolean}} options `optional`: the page can do without; it waits a moment at most, and a
   *   failure is in `page.problems`. `isLive`: others change it all the time, so it is refreshed every minute while the page is visible.
   */
  read(paths, { optional = false, isLive = false } = {}) {
    for (const [name, path] of Object.entries(paths)) {
      const read = { path, optional, isLive };
      this.#reads.set(name, read);
      const use = (value) => {
        if (this.#reads.get(name) !== read) return;
        this.data[name] = value;
        delete this.problems[name];
        this.update();
      };
      const known = kept.peek(path);
      if (known) this.data[name] = known.value;
      kept.watch(path, use, this.signal);
      read.known = known ? Promise.resolve() : this.#recallOrFetch(name, read, use);
      if (known) this.#ask(name, read);
    }
    return this.data;
  }

  /**
   * Waits, as for what is `optional`, for something else that would move what people read by then.
   * @param {() => unknown} begin is called once everything that isn't optional is known.
   */
  waitFor(begin) {
    this.#more.push(begin);
  }

  async #recallOrFetch(name, read, use) {
    const entry = await kept.recall(read.path);
    if (entry && this.data[name] === undefined) use(entry.value);
    const fresh = this.#ask(name, read);
    if (this.data[name] === undefined) await fresh;
  }

  async #ask(name, read) {
    try {
      await kept.refresh(read.path, { signal: this.signal });
    } catch (problem) {
      if (this.signal.aborted) return;
      const { isGone, isBarred } = problem;
      if (isGone) kept.forget(read.path);
      if (read.optional) {
        this.problems[name] = problem;
        if (isGone) this.data[name] = undefined;
        this.update();
      } else if (isGone || isBarred || this.data[name] === undefined) {
        this.fail(problem);
      } else if (problem.status === undefined) {
        fail(problem);
      }
    }
  }

  /**
   * Until everything that isn't optional is known. The router waits for it before it shows the page, and for the rest a moment longer
   * (`isPatient`), for what comes later moves what people read by then.
   */
  async ready({ isPatient = false } = {}) {
    const reads = [...this.#reads.values()];
    await Promise.all(reads.filter(({ optional }) => !optional).map(({ known }) => known));
    if (isPatient) {
      const rest = Promise.all([...reads.map(({ known }) => known), ...this.#more.map((begin) => begin())]);
      await Promise.race([rest, new Promise((done) => setTimeout(done, patience))]);
    }
    if (this.#failure) throw this.#failure;
    this.signal.throwIfAborted();
    return this.data;
  }

  /** Refreshes everything, for example after a write. */
  refresh() {
    return Promise.all([...this.#reads].map(([name, read]) => this.#ask(name, read)));
  }

  /** Refreshes the live reads. */
  refreshLive() {
    return Promise.all([...this.#reads].filter(([, read]) => read.isLive).map(([name, read]) => this.#ask(name, read)));
  }

  /** Shows the page again, soon and once. */
  update() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.signal.aborted) this.#show(this.#failure);
    });
  }

  /** Shows the failure in place of the page. */
  fail(problem) {
    this.#failure = problem;
    this.update();
  }

  /** Runs something at intervals while the page is shown. */
  every(milliseconds, run) {
    const timer = setInterval(run, milliseconds);
    this.signal.addEventListener("abort", () => clearInterval(timer));
  }

  leave() {
    this.#leaving.abort();
  }
}

/** `{id, api, link, name?, timeZone?}`: `api` and `link` begin the company's paths at the server and in the app. */
function companyOf(/** @type {{companyId?: string}} */ { companyId }) {
  const id = companyId ?? session.user?.companyId;
  if (!id) return null;
  const path = `/companies/${id}`;
  return { id, api: path, link: companyId ? path : "", ...named(companyId ? kept.peek(path)?.value : session.company) };
}

const named = (company) => company && { name: company.name, timeZone: company.timeZone };
