// From addresses to pages and back: what is asked before input is left, where the focus goes, and who sees what.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openDocument } from "./dom.mjs";
import { reset, server, settle, until } from "./pages.mjs";

import { routeFor, isOfServer } from "app/routes.js";

const past = [];
let router;
let session;
let leaving;
let count = 0;

/** History as browsers keep it: going back is told a moment later. */
function openHistory(path) {
  const entries = [{ state: null, path }];
  let at = 0;
  const place = () => {
    const { pathname, search, hash, href } = new URL(entries[at].path, "http://127.0.0.1");
    Object.assign(location, { pathname, search, hash, href });
  };
  globalThis.history = {
    get state() { return entries[at].state; },
    get length() { return entries.length; },
    replaceState(state, _, to) {
      entries[at] = { state, path: to ?? entries[at].path };
      place();
    },
    pushState(state, _, to) {
      entries.splice(at + 1, Infinity, { state, path: to });
      at += 1;
      place();
    },
    go(steps) {
      if (!entries[at + steps] || !steps) return;
      setImmediate(() => {
        at += steps;
        place();
        dispatchEvent(Object.assign(new Event("popstate"), { state: entries[at].state }));
      });
    },
    back() { this.go(-1); },
  };
  place();
}

const head = () => document.querySelector("#main h1")?.textContent;

async function start(path, user) {
  openWindow();
  openHistory(path);
  openDocument("<div id=app></div><div id=links></div><section id=toasts></section><div id=announcer></div><template id=ahead></template>");
  globalThis.scrollTo = (x, y) => { globalThis.scrollY = y; };
  globalThis.scrollY = 0;
  document.getElementById("app").innerHTML = "<main id=main></main>";
  const page = `?router=${(count += 1)}`;
  [router, { session }, leaving] = await Promise.all(["router", "session", "leaving"].map((name) => import(`app/${name}.js${page}`)));
  const words = await import(`app/words.js${page}`);
  await words.useLanguage("de");
  await words.useAllWords();
  if (user) await session.changed(user);
  await router.startRouter(async () => {});
  await settle();
}

const worker = { id: "lena", role: "WORKER", language: "de", firstName: "Lena", lastName: "Vogt", email: "lena@kern.example" };

beforeEach(async () => {
  past.splice(0);
  await reset();
  server.answer = ({ path }) => ({ body: path === "/operator" ? { name: "Beispiel IT", address: "Köln", email: "a@b.example", missing: [] } : {} });
});

describe("addresses", () => {
  for (const [path, role, page, isDoor] of [
    ["/", "WORKER", "start", false], ["/", null, "sign-in", true], ["/people", "WORKER", "not-found", false], ["/people", "MANAGER", "people", false],
    ["/sites/new", "WORKER", "not-found", false], ["/sites/new", "MANAGER", "site-edit", false], ["/sites/7/hours/", "WORKER", "site", false],
    ["/companies/1/sites/2", "ADMIN", "site", false], ["/companies/1/sites/2", "MANAGER", "not-found", false], ["/imprint", null, "imprint", false],
    ["/register", "WORKER", "register", true], ["/nowhere", null, "sign-in", true], ["/nowhere", "ADMIN", "not-found", false],
    ["/sites/a%2Fb", "WORKER", "site", false], ["//", "WORKER", "not-found", false], ["/constructor", "WORKER", "not-found", false],
  ]) {
    test(`${path} is ${page} for ${role ?? "no one"}`, () => {
      const route = routeFor(path, role);
      assert.deepEqual([route.page, route.isDoor], [page, isDoor]);
    });
  }

  test("say which company, site and tab", () => {
    assert.deepEqual({ ...routeFor("/companies/1/sites/2/team", "ADMIN").params }, { companyId: "1", siteId: "2" });
    assert.equal(routeFor("/sites/2", "WORKER").tab, "materials");
    assert.deepEqual(["/api/v1/x", "/docs", "/problems/stale", "/apiary", "/docsx"].map(isOfServer), [true, true, true, false, false]);
  });
});

describe("pages", () => {
  test("are shown with their title, the focus on their head, and where one was when one comes back", async () => {
    await start("/imprint", worker);
    assert.equal(head(), "Impressum");
    assert.equal(document.title, "Impressum · Polier");
    globalThis.scrollY = 300;
    await router.go("/privacy");
    assert.notEqual(head(), "Impressum");
    assert.equal(document.activeElement, document.querySelector("#main h1"));
    assert.deepEqual([scrollY, location.pathname], [0, "/privacy"]);
    history.back();
    await until(() => head() === "Impressum" && scrollY === 300);
    assert.deepEqual([head(), scrollY], ["Impressum", 300]);
  });

  test("are gone to by a link of the app's, and by no other", async () => {
    await start("/imprint", worker);
    const tap = (attributes, more = {}) => {
      document.getElementById("links").innerHTML = `<a ${attributes}><b>x</b></a>`;
      const event = Object.assign(new Event("click", { cancelable: true }), { button: 0, ...more });
      Object.defineProperty(event, "target", { value: document.querySelector("#links b") });
      dispatchEvent(event);
      return event.defaultPrevented;
    };
    for (const attributes of ['href="/api/v1/x"', 'href="http://elsewhere.example/"', 'href="/privacy" target="_blank"', 'href="/x.json" download', 'href="#main"']) {
      assert.equal(tap(attributes), false, attributes);
    }
    assert.equal(tap('href="/privacy"', { ctrlKey: true }), false);
    assert.equal(tap('href="/privacy"', { button: 1 }), false);
    assert.equal(tap('href="/privacy"'), true);
    await until(() => location.pathname === "/privacy");
    assert.equal(location.pathname, "/privacy");
  });

  test("that can't be had say so, and are tried anew", async () => {
    let isLost = true;
    server.answer = () => {
      if (isLost) throw new TypeError("There is no signal.");
      return { body: { name: "Beispiel IT", address: "Köln", email: "a@b.example", missing: [] } };
    };
    await start("/imprint", worker);
    await until(() => head() === "Kein Empfang");
    assert.equal(head(), "Kein Empfang");
    assert.equal(router.currentPage().isFailed, true);
    isLost = false;
    router.refresh();
    await until(() => head() === "Impressum");
    assert.equal(head(), "Impressum");
  });

  test("that the server doesn't know aren't there", async () => {
    server.answer = () => ({ status: 404, body: { code: "not-found", requestId: "a-1" } });
    await start("/imprint", worker);
    await until(() => /nicht/i.test(head()));
    assert.equal(router.currentPage().isFailed, false);
    assert.match(head(), /nicht/i);
  });

  test("of the person before are never shown late", async () => {
    await start("/imprint", worker);
    let answer;
    server.answer = () => new Promise((resolve) => { answer = resolve; });
    const slow = router.go("/companies");
    await router.go("/privacy");
    answer?.({ body: [] });
    await slow;
    await settle();
    assert.equal(location.pathname, "/privacy");
    assert.notEqual(head(), "Firmen");
  });
});

describe("input", () => {
  const dialog = (more) => ({ mayClose: true, keepsInput: false, hasInput: () => true, close() { router.openDialogs.delete(this); past.push("closed"); }, ...more });
  const closing = () => {
    const event = new Event("beforeunload", { cancelable: true });
    dispatchEvent(event);
    return event.defaultPrevented;
  };

  test("that is kept by its dialog keeps no one on the page", async () => {
    await start("/imprint", worker);
    router.openDialogs.add(dialog({ keepsInput: true }));
    assert.equal(closing(), true, "the browser would lose it");
    await router.go("/privacy");
    assert.deepEqual([location.pathname, past], ["/privacy", ["closed"]]);
  });

  test("that was saved keeps no one either", async () => {
    await start("/imprint", worker);
    router.currentPage().hasInput = () => true;
    assert.equal(closing(), true);
    await router.go("/privacy", { saved: true });
    assert.equal(location.pathname, "/privacy");
    assert.equal(closing(), false);
  });

  test("a dialog that asks for the password holds the way back", async () => {
    await start("/imprint", worker);
    await router.go("/privacy");
    router.openDialogs.add(dialog({ mayClose: false }));
    assert.equal(closing(), false, "a password is nothing to lose");
    history.back();
    await settle();
    assert.equal(location.pathname, "/privacy");
    assert.equal(router.openDialogs.size, 1);
    router.openDialogs.clear();
    history.back();
    await settle();
    assert.equal(location.pathname, "/imprint");
  });

  test("acts that no browser keeps are warned of", async () => {
    await start("/imprint", worker);
    let isLost = true;
    leaving.onLeaving(() => isLost);
    assert.equal(closing(), true);
    isLost = false;
    assert.equal(closing(), false);
  });
});

test("a page draws itself again, and the app all of it", async () => {
  await start("/imprint", worker);
  let draws = 0;
  const { update } = router.currentPage();
  router.currentPage().update = function () { draws += 1; update.call(this); };
  router.redraw();
  await settle();
  assert.equal(draws, 1);
});
