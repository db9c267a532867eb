// The session. It is a cookie that scripts can't see; only its owner is remembered here.

import { api, dropFirstAnswers, hasFirstAnswer, whenUnauthorized } from "app/api.js";
import { connection } from "app/connection.js";
import { kept } from "app/kept.js";
import { notes } from "app/notes.js";
import { chooseLanguage, setTimeZone, useWords } from "app/words.js";

// {id, role, companyId, isByCard} of the person who was signed in last; `isOver` once the server has ended their session.
const note = "polier.user";
const noted = () => JSON.parse(notes.get(note) ?? "null");
/** Who is signed in, as far as this browser knows. */
export function lastPerson() {
  const person = noted();
  return person?.isOver ? null : person;
}
/** Whose session the server has ended, while no one else has signed in since. */
export function personBefore() {
  const person = noted();
  return person?.isOver ? person : null;
}
/** The last person left this browser to the next one while the server couldn't be told. */
const leftNote = "polier.left";
const me = "/users/me";
const listeners = new Set();
const leavers = new Set();
const guards = new Set();

export const session = {
  /** "in", "out", or "expired": the server wants the password again, and unfinished input is still there. */
  state: "out",
  /** The person, from /users/me. */
  user: null,
  /** Their company; null for an ADMIN, and for a moment after the first sign-in. */
  company: null,
  /** Whether the server is being told that the person signs out: nothing is read for them any more. */
  isLeaving: false,

  /**
   * @param {() => void} listener Hears of every change.
   * @param {AbortSignal} [signal] ends it.
   */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },
  /** @param {() => unknown} leaver Runs before what is kept in this browser is wiped. */
  onLeave: (leaver) => leavers.add(leaver),
  /** @param {() => Promise<boolean>} guard Whether the person wants to sign out despite losing unsent work. */
  beforeSignOut: (guard) => guards.add(guard),

  /** Determines who is signed in, from the last visit if possible. */
  async start() {
    if (notes.get(leftNote)) {
      dropFirstAnswers();
      endLeft();
    }
    const known = lastPerson();
    if (hasFirstAnswer(me)) return adopt(await api.get(me));
    // A session that ended while the page was closing may have left some of its data.
    if (!known) return void kept.wipe();
    await kept.belongTo(known.id);
    const entry = await kept.recall(me);
    if (entry) {
      await adopt(entry.value);
      kept.refresh(me).then(adopt, ignore);
    } else {
      await kept.refresh(me).then(adopt, (problem) => problem.status === 401 && noteEnd());
    }
  },

  signIn: (email, password) => session.enter("/auth/signin", { email, password }),

  /**
   * By a card or a PIN: no one else may be signed in, or their acts would be sent under another name.
   * @param {string} path  @param {object} proof  @param {{isByCard?: boolean, arrive?: () => void, only?: string}} options `arrive` runs before pages
   *   hear of it; `only` is the id of the one person who may sign in: no one else stays signed in.
   */
  async enter(path, proof, { isByCard = false, arrive, only } = {}) {
    // Its answer deletes the cookie.
    await leaving;
    const { user } = await api.post(path, proof);
    if (only && user.id !== only) {
      notes.set(leftNote, "true");
      endLeft();
      await leaving;
      throw new DOMException("Another person signed in.", "OtherPersonError");
    }
    notes.remove(leftNote);
    notes.set(note, JSON.stringify({ id: user.id, isByCard }));
    arrive?.();
    await adopt(user);
  },

  /** Whether the person gave a PIN to sign in, and not a password. */
  get isByCard() {
    return session.user !== null && (session.user.email === null || noted()?.isByCard === true);
  },

  /** Leaves this browser to the next person. What isn't sent yet stays for the person whose it is. */
  async leave() {
    if (session.state === "in") {
      notes.set(leftNote, "true");
      endLeft();
    }
    await forget({ unsentToo: false });
    await leaving;
  },

  /**
   * Throws a Problem without a signal: only the server can end a session. Where it has ended already, what isn't sent yet stays for the
   * person whose it is.
   */
  async signOut() {
    if (session.state === "expired") return forget({ unsentToo: false });
    // Don't ask about lost work where signing out can't succeed.
    if (!connection.online) await api.get(me).catch(unlessOver);
    for (const mayLeave of guards) if (!(await mayLeave())) return;
    session.isLeaving = true;
    try {
      await api.post("/auth/signout").catch(unlessOver);
      await forget({ unsentToo: true });
    } finally {
      session.isLeaving = false;
    }
  },

  /** After the person changed their own account. */
  changed: (user) => adopt(user),
};

let leaving = Promise.resolve();
/** Ends the session that its person has left, as soon as the server can be told. */
function endLeft() {
  leaving = api.post("/auth/signout").catch(unlessOver).then(() => notes.remove(leftNote), ignore);
}

/** A person whose session has ended is signed out already. */
function unlessOver(problem) {
  if (problem.status !== 401) throw problem;
}

async function adopt(user) {
  const known = noted();
  const isByCard = known?.id === user.id && known.isByCard === true;
  notes.set(note, JSON.stringify({ id: user.id, role: user.role, companyId: user.companyId, ...(isByCard && { isByCard }) }));
  await kept.belongTo(user.id);
  if (kept.peek(me)?.value !== user) kept.put(me, user);
  if (session.company && session.company.id !== user.companyId) session.company = null;
  session.user = user;
  session.state = "in";
  await Promise.all([chooseLanguage(user.language), useWords("inside")]);
  if (user.companyId && !session.company) findCompany(`/companies/${user.companyId}`);
  tell();
}

// The app doesn't wait for the company, which only has the name and time zone.
function findCompany(path) {
  const use = (company) => {
    session.company = company;
    setTimeZone(company.timeZone);
    tell();
  };
  kept.watch(path, use, new AbortController().signal);
  kept.recall(path).then((entry) => {
    if (entry) use(entry.value);
    kept.refresh(path).catch(ignore);
  });
}

async function forget({ unsentToo }) {
  notes.remove(note);
  if (unsentToo) for (const leaver of leavers) await leaver();
  await kept.wipe();
  Object.assign(session, { state: "out", user: null, company: null });
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}

// The answer to an expired session is handled below; without a signal the known person stays.
const ignore = () => {};

whenUnauthorized(() => {
  if (session.user) noteEnd();
  end();
});

/** The next visit begins at the sign-in page. */
const noteEnd = () => noted() && notes.set(note, JSON.stringify({ ...noted(), isOver: true }));

// Kept answers are deleted with the session; unsent acts stay, and so does unfinished input.
function end() {
  session.state = session.user ? "expired" : "out";
  kept.wipe();
  tell();
}

// The person signed in or out, or changed, in another tab.
addEventListener("storage", ({ key }) => {
  if (key !== note) return;
  const person = noted();
  if (person?.id !== session.user?.id) {
    if (session.state !== "expired") location.reload();
  } else if (person?.isOver) {
    if (session.state === "in") end();
  } else if (session.state === "expired") {
    // The same person has signed in there.
    api.get(me).then(adopt, ignore);
  }
});
