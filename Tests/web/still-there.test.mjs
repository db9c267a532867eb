// The question whether a person is still on a site: when it is asked, and what each answer does, without a signal too.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { openDocument } from "./dom.mjs";
import { databases, openPage, pass, reset, server, setOnline, settle, until } from "./pages.mjs";

const hour = 3_600_000;
const ago = (milliseconds) => new Date(Date.now() - milliseconds).toISOString();
const asked = () => server.asked.map(({ path }) => path.split("/").at(-1));
const places = '<div id="clock"></div><div id="toasts"></div><div id="announcer"></div>';

beforeEach(async () => {
  await pass(12_000);
  await reset();
  openDocument(places);
});

/** A person's clock on a page. @param {object} overview as the server says it */
async function openClock(overview) {
  const open = await openPage();
  const [{ createClock, whereAmI }, { render }, { kept }, words] = await Promise.all(
    ["parts/clock.js", "app/html.js", "app/kept.js", "app/words.js"].map(open.load));
  words.setTimeZone("Europe/Berlin");
  await words.useLanguage("de");
  await words.useAllWords();
  await kept.belongTo("lena");
  // What is there at once can be missed by no one.
  await open.load("parts/still-there.js");
  const leaving = new AbortController();
  const page = {
    data: { overview: { present: [], sites: [{ id: "2", name: "Bad Müller", isAssigned: true }], ...overview } },
    user: { id: "lena" }, company: { id: "1", api: "/companies/1" }, signal: leaving.signal, update: () => {}, waitFor: () => {},
  };
  const view = createClock(page);
  const shown = document.getElementById("clock");
  page.update = () => render(shown, view());
  page.update();
  await settle();
  return {
    ...open, page, kept, where: () => whereAmI(page),
    crash: async () => { leaving.abort(); await open.crash(); },
    text: () => shown.textContent.replaceAll("\u00A0", " "),
    async tap(name) {
      const button = document.documentElement.querySelectorAll("button").find((one) => one.textContent.trim() === name);
      assert.ok(button, `a button "${name}" in: ${document.querySelector("body").textContent}`);
      button.dispatchEvent(new Event("click"));
      await pass(2500);
    },
  };
}

/** The server says from when on it is asked: here an hour earlier than usual, because no rule of hours is the app's. */
const here = (since, more) => ({
  id: "e1", userId: "lena", siteId: "2", siteName: "Bad Müller", checkedInAt: since, onBreakSince: null, breakCount: 0,
  askAt: new Date(Date.parse(since) + 9 * hour).toISOString(), ...more,
});
const question = "Noch auf der Baustelle?";

async function isAsked(clock) {
  await until(() => clock.text().includes(question));
  assert.ok(clock.text().includes(question), clock.text());
}

async function isNotAsked(clock) {
  await pass(1000);
  clock.page.update();
  assert.ok(!clock.text().includes(question), clock.text());
}

describe("whether they are still there", () => {
  test("is asked from the instant on that the server says", async () => {
    const clock = await openClock({ present: [here(ago(9 * hour - 60_000))] });
    await isNotAsked(clock);
    await pass(60_000);
    clock.page.update();
    await isAsked(clock);
  });

  test("isn't asked where the server says no time, nor of who isn't there", async () => {
    await isNotAsked(await openClock({ present: [here(ago(30 * hour), { askAt: undefined })] }));
    await isNotAsked(await openClock({ present: [here(ago(30 * hour), { userId: "kai" })] }));
  });

  test("is asked of who came without a signal, after the server's minutes", async () => {
    const first = await openClock({ askAfterMinutes: 60 });
    await setOnline(false);
    await first.queue.checkIn({ company: "1", site: "2", siteName: "Bad Müller" });
    await pass(11_000);
    first.page.update();
    await isNotAsked(first);
    await pass(hour);
    first.page.update();
    await isAsked(first);
  });

  test("yes is enough for two hours, on another page too, for this time on site", async () => {
    const since = ago(10 * hour);
    const first = await openClock({ present: [here(since)] });
    await isAsked(first);
    await setOnline(false);
    await first.tap("Ja, noch da");
    await isNotAsked(first);
    await first.crash();
    openDocument(places);
    const clock = await openClock({ present: [here(since)] });
    await isNotAsked(clock);
    await pass(2 * hour);
    clock.page.update();
    await isAsked(clock);
    await clock.tap("Ja, noch da");
    clock.page.data.overview.present = [here(ago(9 * hour))];
    clock.page.update();
    await isAsked(clock);
    assert.deepEqual(asked(), []);
  });
});

describe("when they left", () => {
  test("is guessed by when they left the last time, if that may be", async () => {
    const { load } = await openPage();
    const [{ guess }, words] = await Promise.all(["parts/still-there.js", "app/words.js"].map(load));
    words.setTimeZone("Europe/Berlin");
    const today = new Date(Date.now()).toISOString().slice(0, 10);
    const yesterday = new Date(Date.now() - 24 * hour).toISOString().slice(0, 10);
    const before = { checkedInAt: `${yesterday}T06:00:00Z`, checkedOutAt: `${yesterday}T15:30:00Z`, state: "CLOSED" };
    const since = `${yesterday}T07:00:00Z`;
    // Later on the day on which they came.
    assert.equal(guess(since, [before]), `${yesterday}T15:30:00.000Z`);
    assert.equal(guess(since, [{ ...before, state: "VOID" }, before, { ...before, checkedOutAt: `${yesterday}T20:00:00Z` }]), `${yesterday}T15:30:00.000Z`);
    const present = new Date(Date.now()).toISOString();
    for (const entries of [undefined, [], [{ ...before, checkedInAt: `${today}T06:00:00Z` }], [{ ...before, checkedOutAt: `${yesterday}T06:30:00Z` }]]) {
      assert.equal(guess(since, entries), present);
    }
    // Not what hasn't come yet.
    assert.equal(guess(`${today}T00:00:00Z`, [{ ...before, checkedOutAt: `${yesterday}T22:59:00Z` }]), present);
  });

  test("is sent as the time of the check-out, also after a while without a signal", async () => {
    const { queue } = await openPage();
    await setOnline(false);
    const at = ago(3 * hour);
    const out = await queue.checkOut({ company: "1", site: "2", siteName: "Bad Müller" }, { at });
    assert.equal(out.at, at);
    await pass(11_000);
    assert.deepEqual(databases.rows("waiting").map(({ kind, at: when }) => [kind, when]), [["check-out", at]]);
    await setOnline(true);
    await settle();
    assert.deepEqual([server.asked.at(-1).path, server.asked.at(-1).body], ["/companies/1/sites/2/check-out", { at }]);
  });
});
