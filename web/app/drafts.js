// What was typed into a dialog and not sent: it is there when the dialog is opened again, in this tab and by the same person.

import { tabNotes } from "app/notes.js";
import { session } from "app/session.js";

const note = "polier.drafts";
const most = 20;

function read() {
  const { user, drafts = [] } = JSON.parse(tabNotes.get(note) ?? "{}");
  if (user === session.user?.id) return new Map(drafts);
  // Another person's are nobody's business.
  if (session.state === "in") tabNotes.remove(note);
  return new Map();
}

function write(all) {
  const drafts = [...all].slice(-most);
  if (drafts.length) tabNotes.set(note, JSON.stringify({ user: session.user?.id, drafts }));
  else tabNotes.remove(note);
}

export const drafts = {
  /** @returns {{fields: Record<string, unknown>, etag?: string, was?: object} | undefined} the fields that were touched, by name. */
  get: (name) => read().get(name),
  set(name, draft) {
    const all = read();
    // The latest goes last.
    all.delete(name);
    write(all.set(name, draft));
  },
  remove(name) {
    const all = read();
    if (all.delete(name)) write(all);
  },
};

session.onChange(read);
session.onLeave(() => tabNotes.remove(note));
