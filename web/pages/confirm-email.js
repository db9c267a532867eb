// The link mailed to a new address: the person confirms it.

import { api } from "app/api.js";
import { session } from "app/session.js";
import { emailLink } from "parts/email-link.js";

export default (page) => emailLink(page, {
  path: "/confirm-email",
  action: "/auth/email/confirm",
  words: "confirmEmail",
  async done() {
    // Where the person is signed in here, the profile shows it; where they aren't any more, the next page asks them to.
    if (session.user) await api.get("/users/me").then(session.changed, () => {});
  },
});
