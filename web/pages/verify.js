// The link mailed to a company's founder: the person confirms the address.

import { session } from "app/session.js";
import { lookAgain } from "parts/address-proof.js";
import { emailLink } from "parts/email-link.js";

export default (page) => emailLink(page, {
  path: "/verify",
  action: "/auth/verify",
  words: "verify",
  async done() {
    // Where the person is signed in here, the strip above the pages goes.
    if (session.company) await lookAgain();
  },
});
