// How refusals, flaws of fields and reasons of mails are said: by their codes, in both languages, whatever a server gives.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Problem } from "app/api.js";
import { explain, explainField } from "app/problem.js";
import { routeFor, isOfServer } from "app/routes.js";
import { chooseLanguage, hasWord, moment, phrase, setTimeZone, t, time, useAllWords, useWords } from "app/words.js";
import { auditChanges, auditSentence } from "parts/audit.js";
import { mailReasonText } from "parts/mail-reason.js";
import { byUrgency } from "parts/site-card.js";

const hostile = ["constructor", "__proto__", "toString", "hasOwnProperty", "<b>", "a.b", "invalid.length", "too-many-tries.one", ""];

await chooseLanguage("de");
await Promise.all([useAllWords(), useWords("history")]);

/** Asks in one language. */
const inLanguage = (language, check) => test(language, async () => {
  await chooseLanguage(language);
  check();
});

const refused = (status, code, params, more) => new Problem({ status, code, params, detail: "The server's sentence.", ...more });
const plain = (text) => text.replaceAll("\u00A0", " ").replaceAll("\u202F", " ");

describe("refusals", () => {
  inLanguage("de", () => {
    const enough = { amount: 1234.5, unit: "Sack", material: "Flexkleber" };
    assert.equal(explain(refused(409, "not-enough", enough)), "Nur noch 1.234,5 Sack Flexkleber da.");
    assert.equal(explain(refused(403, "role-not-givable", { role: "ADMIN" })), "Die Rolle „Betreiber“ kannst du nicht vergeben.");
    assert.equal(explain(refused(409, "joined-already", { name: "<b>Lena</b>" })), "<b>Lena</b> ist schon dabei und braucht keine Einladung.");
    assert.equal(explain(refused(429, "too-many-tries", {}, { retryAfter: 61 })), "Das waren zu viele Versuche. Warte 2 Minuten.");
    assert.equal(explain(refused(429, "too-many-tries", {})), "Das waren zu viele Versuche. Warte eine Minute.");
    const flaws = { fields: [{ field: "note", code: "too-long", params: { max: 500 } }, { field: "x", code: "missing", params: {} }] };
    assert.equal(explain(refused(400, "invalid", {}, flaws)), "Das konnte so nicht angenommen werden: Höchstens 500 Zeichen. Fehlt noch.");
    assert.match(explain(refused(500, "internal-error", {}, { requestId: "5f-42" })), /Nummer: 5f-42$/);
  });
  inLanguage("en", () => {
    const enough = { amount: 1234.5, unit: "bag", material: "adhesive" };
    assert.equal(explain(refused(409, "not-enough", enough)), "Only 1,234.5 bag of adhesive left.");
    assert.equal(explain(refused(403, "role-not-givable", { role: "ADMIN" })), "You can’t give anyone the role “Operator”.");
    assert.equal(explain(refused(429, "too-many-tries", {}, { retryAfter: 3600 })), "Too many attempts. Wait 60 minutes.");
  });
});

test("instants are times where the company is", async () => {
  await chooseLanguage("de");
  const at = new Date(Date.now() - 60_000);
  for (const zone of ["Asia/Tokyo", "America/New_York", "Europe/Berlin"]) {
    setTimeZone(zone);
    const said = explain(refused(409, "checked-in-already", { checkedInAt: at.toISOString() }));
    assert.match(said, new RegExp(`^Du bist schon seit (heute|gestern) um ${time(at)} eingestempelt\\.`));
  }
  assert.match(plain(explain(refused(409, "checked-in-already", { checkedInAt: "2026-01-05T06:02:00Z" }))), /5\. (Jan\.|Januar).* um 07:02/);
  assert.match(explain(refused(409, "checked-in-already", { checkedInAt: "soon" })), /seit soon/);
  // A name may look like one.
  assert.match(explain(refused(409, "not-joined-yet", { name: "2026-01-05T06:02:00Z" })), /^2026-01-05T06:02:00Z hat/);
  await chooseLanguage("en");
  assert.match(explain(refused(409, "checked-in-already", { checkedInAt: at.toISOString() })), /since (today|yesterday) at \d\d:\d\d\. Clock out first\.$/);
});

describe("what is wrong with a field", () => {
  inLanguage("de", () => {
    assert.equal(explainField({ code: "wrong-length", params: { min: 8, max: 128 } }), "Nimm 8 bis 128 Zeichen.");
    assert.equal(explainField({ code: "not-one-of", params: { allowed: "MANAGER, WORKER" } }), "Hier geht nur: Bauleitung, Mitarbeiter.");
    assert.equal(explainField({ code: "mixed-scripts", params: { word: "Вad" } }), "„Вad“ mischt Buchstaben aus verschiedenen Schriften. Tipp es neu.");
    assert.match(explainField({ code: "not-a-quantity", params: { min: -1000000.5, max: 1000000 } }), /von -1\.000\.000,5 bis 1\.000\.000 mit/);
    assert.equal(explainField({ code: "unheard-of", params: {}, message: "is odd" }), "Das stimmt so nicht.");
  });
  inLanguage("en", () => {
    assert.equal(explainField({ code: "too-old", params: { days: 30 } }), "This is more than 30 days ago.");
    assert.equal(explainField({ code: "unheard-of", params: {}, message: "is odd" }), "is odd");
    // A sentence with holes is none.
    assert.equal(explainField({ code: "too-long", params: {}, message: "must have at most 200 characters" }), "must have at most 200 characters");
  });
});

describe("codes that the app doesn't know, or none", () => {
  inLanguage("de", () => {
    for (const code of [...hostile, "unheard-of", null, undefined, 7, {}]) {
      assert.equal(explain(refused(409, code, {})), "Das passt nicht zum jetzigen Stand. Lade die Seite neu und schau nach.");
      assert.equal(explainField({ code, params: null }), "Das stimmt so nicht.");
      assert.equal(phrase("problems", code), null);
      assert.equal(phrase("constructor", code), null);
    }
    assert.equal(explain(refused(409, "not-enough", { amount: 3 })), "Das passt nicht zum jetzigen Stand. Lade die Seite neu und schau nach.");
    assert.equal(explain(refused(418, "unheard-of", {})), "Da ist bei uns etwas schiefgegangen. Versuch es gleich noch einmal.");
  });
  inLanguage("en", () => {
    for (const code of ["constructor", "__proto__", "unheard-of"]) assert.equal(explain(refused(418, code, {})), "The server's sentence.");
    assert.equal(explain(refused(409, null, {})), "The server's sentence.");
    assert.equal(explain(refused(404, null, {})), "This no longer exists.");
  });
});

test("proxies have a status only", async () => {
  await chooseLanguage("de");
  for (const status of [502, 503, 504]) assert.match(explain(new Problem({ status })), /^Der Server ist gerade nicht erreichbar/);
  assert.match(explain(new Problem({ status: 413 })), /zu viel Text/);
  assert.match(explain(new Problem({ status: 429, retryAfter: 300 })), /Warte 5 Minuten/);
  assert.match(explain(new Problem({ status: 401 })), /Melde dich wieder an/);
  assert.match(explain(new Problem({ status: 500, requestId: "a-1" })), /a-1$/);
  assert.match(explain(new Problem({ reason: "timeout" })), /zu lange/);
  assert.match(explain(new Problem({ reason: "offline" })), /Kein Empfang/);
  assert.match(explain(new TypeError("ours")), /Lade die Seite neu/);
});

test("what no server of ours answers does no harm", async () => {
  await chooseLanguage("en");
  const odd = { toString: 1 };
  for (const value of [odd, [odd], null, 1, true, "text", JSON.parse('{"__proto__": {"name": "x"}, "constructor": 1}')]) {
    const problem = new Problem({ status: 409, code: value, params: value, detail: value, fields: value });
    assert.equal(typeof explain(problem), "string");
    assert.equal(typeof explain(new Problem({ status: 409, code: "joined-already", params: { name: value } })), "string");
    assert.equal(typeof explain(new Problem({ status: 400, code: "invalid", fields: [value, { field: "a", code: value, message: value }] })), "string");
  }
  const inherited = JSON.parse('{"__proto__": {"name": "Lena"}}');
  assert.notEqual(explain(new Problem({ status: 409, code: "joined-already", params: inherited })), "Lena has already joined and needs no invitation.");
});

test("what an earlier app kept of a refusal is still said", async () => {
  const kept = { status: 409, reason: "refused", detail: "Only 0 Sack of Flexkleber are left.", fields: [], requestId: "a-1" };
  const late = { status: 400, reason: "refused", detail: "at must not be in the future.", fields: [{ field: "at", message: "must not be in the future" }] };
  await chooseLanguage("en");
  assert.equal(explain(new Problem(kept)), "Only 0 Sack of Flexkleber are left.");
  assert.equal(explainField(new Problem(late).fields[0]), "must not be in the future");
  await chooseLanguage("de");
  assert.equal(explain(new Problem(kept)), "Das passt nicht zum jetzigen Stand. Lade die Seite neu und schau nach.");
  assert.equal(explainField(new Problem(late).fields[0]), "Das stimmt so nicht.");
  assert.equal(explain(new Problem({ ...kept, fields: undefined })), explain(new Problem(kept)));
});

describe("reasons of mails", () => {
  const gaveUp = (lastCode, lastError, answer) =>
    mailReasonText({ reason: `Gave up after three days. Last error: ${lastError}`, reasonCode: "gave-up", reasonParams: { lastCode, lastError, answer } });
  inLanguage("de", () => {
    assert.equal(mailReasonText({ reason: null, reasonCode: null, reasonParams: {} }), null);
    assert.equal(mailReasonText({ reason: "x", reasonCode: "demo-mailbox", reasonParams: {} }), "Die Leute der Demo haben kein Postfach.");
    assert.equal(mailReasonText({ reason: "550 no", reasonCode: "refused", reasonParams: { answer: "550 no" } }), "Der Mailserver sagt: 550 no");
    assert.equal(mailReasonText({ reason: "", reasonCode: "refused", reasonParams: {} }), "Der Mailserver hat keinen Grund genannt.");
    assert.equal(gaveUp("transport-down", "the mail server is down", ""), "Nach drei Tagen aufgegeben. Letzter Fehler: Der Mailserver antwortete nicht.");
    assert.equal(gaveUp("postponed", "450 later", "450 later"), "Nach drei Tagen aufgegeben. Letzter Fehler: 450 later");
    for (const code of [...hostile, undefined]) {
      assert.equal(mailReasonText({ reason: "it rained", reasonCode: code, reasonParams: {} }), "Grund: it rained");
      assert.equal(gaveUp(code, "450 later", ""), "Nach drei Tagen aufgegeben. Letzter Fehler: 450 later");
    }
    // As an earlier app kept it.
    assert.equal(mailReasonText({ reason: "it rained" }), "Grund: it rained");
  });
  inLanguage("en", () => {
    assert.equal(gaveUp("transport-down", "the mail server is down", ""), "Gave up after three days. Last error: The mail server didn’t answer.");
    assert.equal(mailReasonText({ reason: "it rained", reasonCode: "unheard-of", reasonParams: { answer: "x" } }), "Reason: it rained");
  });
});

test("why an entry was ended by itself is said, and what someone wrote stays", async () => {
  await chooseLanguage("de");
  assert.equal(phrase("corrections", "site-removed"), "Baustelle entfernt");
  for (const code of [null, undefined, ...hostile]) assert.equal(phrase("corrections", code), null);
});

test("what every object has is no word, language, page or rank", async () => {
  await chooseLanguage("de");
  for (const name of hostile) {
    await chooseLanguage(name);
    assert.equal(t("action.save"), "Speichern");
    assert.equal(hasWord(`roles.${name}`), false, name);
    assert.equal(t(`roles.${name}`), `roles.${name}`);
    assert.equal(t("people.title", JSON.parse("{}")), "Leute");
    const change = { field: name, from: "a", to: "b" };
    assert.equal(typeof auditSentence({ action: name, userId: "1", userName: "Ada", subjectId: "2", subjectName: "Lena", changes: [change] }, new Map()), "string");
    assert.ok(JSON.stringify(auditChanges({ action: name, changes: [change] }, new Map())).includes(`${name}: a → b`), name);
    assert.ok(Number.isFinite(byUrgency({ priority: name, name: "a" }, { priority: "low", name: "b" })));
    assert.equal(routeFor(`/${name}`, "MANAGER").page, name ? "not-found" : "start");
  }
  // A word that others stand in is none.
  for (const key of ["roles", "problems.too-many-tries.two", "nav"]) assert.equal(hasWord(key), false);
  assert.equal(hasWord("problems.too-many-tries"), true);
  assert.match(moment(new Date()), /^heute, /);
});

test("the server's pages are the server's", () => {
  for (const path of ["/api", "/api/v1/x", "/docs", "/problems", "/problems/not-enough"]) assert.equal(isOfServer(path), true, path);
  for (const path of ["/", "/problemsolvers", "/documents", "/sites/problems"]) assert.equal(isOfServer(path), false, path);
});
