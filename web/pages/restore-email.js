// The link that was mailed to the address that was to change: the person undoes the change.

import { emailLink } from "parts/email-link.js";

export default (page) => emailLink(page, { path: "/restore-email", action: "/auth/email/restore", words: "restoreEmail", isDanger: true });
