// The link mailed to the previous address: the person undoes the change.

import { emailLink } from "parts/email-link.js";

export default (page) => emailLink(page, { path: "/restore-email", action: "/auth/email/restore", words: "restoreEmail", isDanger: true });
