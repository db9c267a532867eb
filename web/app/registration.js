// What this server offers. It is part of the page, so no request is needed.

/** Whether a company can register itself here. */
export const registrationIsOpen = document.body.dataset.registration !== "closed";
/** Whether this server offers passkeys, and this browser has them. */
export const hasPasskeys = "passkeys" in document.body.dataset && "PublicKeyCredential" in window;
