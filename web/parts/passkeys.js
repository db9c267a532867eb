// Passkeys: what the browser does, with the server's words in between. Each step shows by itself why it failed.

import { api } from "app/api.js";
import { toast } from "app/live.js";
import { explain } from "app/problem.js";
import { session } from "app/session.js";
import { t, useWords } from "app/words.js";

/** For as long as a challenge is valid, in milliseconds. */
const timeout = 300_000;

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const textOf = (buffer) => btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** What the server's answer to a new passkey asks for. @returns {Promise<object>} what activates it. */
export async function createPasskey({ challenge, rpId, rpName, userHandle, userName, displayName, exclude }) {
  const { rawId, response } = /** @type {any} */ (await navigator.credentials.create({
    publicKey: {
      challenge: bytesOf(challenge),
      rp: { id: rpId, name: rpName },
      user: { id: bytesOf(userHandle), name: userName, displayName },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      excludeCredentials: exclude.map(({ id }) => ({ type: "public-key", id: bytesOf(id) })),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      attestation: "none",
      timeout,
    },
  }));
  return { id: textOf(rawId), clientDataJSON: textOf(response.clientDataJSON), attestationObject: textOf(response.attestationObject) };
}

async function ask(challenge, rpId) {
  const { rawId, response } = /** @type {any} */ (await navigator.credentials.get({
    publicKey: { challenge, rpId, userVerification: "required", timeout },
  }));
  return {
    id: textOf(rawId), clientDataJSON: textOf(response.clientDataJSON), authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature), userHandle: response.userHandle && textOf(response.userHandle),
  };
}

/** The answer to a challenge that the server makes for it. */
async function prove() {
  const { challenge, rpId } = await api.post("/auth/passkey-challenge");
  return ask(bytesOf(challenge), rpId);
}

/** Without a password. @param {string} [only] the id of the one person who may.  @param {(text: string | null) => void} [show] */
export const signInByPasskey = (only, show) => telling(async () => {
  try {
    await session.enter("/auth/passkey", { credential: await prove() }, { only });
  } catch (problem) {
    // The form for the password is shown beside it.
    if (problem.code === "passkey-needs-password") /** @type {HTMLElement} */ (document.querySelector("form [name=password]"))?.focus();
    throw problem;
  }
}, show);

/** After the password. @param {string} challenge what the server answered to it.  @param {(text: string | null) => void} [show] */
export const stepByPasskey = (challenge, show) => telling(async () => {
  const credential = await ask(new TextEncoder().encode(challenge));
  return session.enter("/auth/second-factor", { challenge, credential });
}, show);

/** For what needs who is there once more. @param {(text: string | null) => void} [show] */
export const confirmByPasskey = (show) => telling(async () => api.post("/auth/confirm", { credential: await prove() }), show);

let takeAway = () => {};
/** A note on the page, which is about the last one only. */
function note(text) {
  takeAway();
  if (text) takeAway = toast(text, { kind: "problem" });
}
session.onChange(() => session.state === "in" && note(null));

/**
 * Does something with a passkey, or says in a sentence why that failed.
 * @param {() => Promise<unknown>} act
 * @param {(text: string | null) => void} show is given the sentence, and null before: a dialog has its own place, since it covers notes.
 * @returns {Promise<boolean>} whether it was done.
 */
export async function telling(act, show = note) {
  show(null);
  await useWords("factors");
  try {
    await act();
    return true;
  } catch (problem) {
    show(sentence(problem));
    return false;
  }
}

function sentence(problem) {
  switch (problem.name) {
    // Who cancels isn't told apart from who waits too long, nor from who has none here: the browser says no more.
    case "NotAllowedError": case "AbortError": return t("passkey.cancelled");
    case "OtherPersonError": return t("passkey.otherPerson");
    case "InvalidStateError": return t("passkey.known");
    case "SecurityError": case "NotSupportedError": case "ConstraintError": return t("passkey.unsupported");
    default: return problem.fields?.length ? t("problems.wrong-passkey") : explain(problem);
  }
}
