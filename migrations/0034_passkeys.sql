-- Passkeys as second factors (WebAuthn). A server that came before this file can't sign in who has one.

-- `kind` of factors may be PASSKEY: `secret` then holds the sealed public key, `last_step` the time at which the last accepted challenge was
-- made, `credential` the id by which the authenticator knows it, in base64url, and `counter` the authenticator's count of signatures. While
-- it is only begun, `secret` is the sealed challenge, and the others are null. `password_mark` is SHA-256 of the password's hash when the
-- passkey was last shown together with it: under another password it is only the second factor.
ALTER TABLE factors ADD COLUMN credential {text};
ALTER TABLE factors ADD COLUMN counter BIGINT;
ALTER TABLE factors ADD COLUMN password_mark {bytes};

CREATE UNIQUE INDEX factors_credential ON factors (credential);

-- When the person last showed a second factor in this session: what changes factors needs it.
ALTER TABLE sessions ADD COLUMN factor_shown_at BIGINT;

-- SHA-256 of the network or the known browser that began it: whoever has the password pushes out only what began in the same place.
ALTER TABLE sign_in_challenges ADD COLUMN begun_from {bytes};

-- The name of the API token by which a program caused the event.
ALTER TABLE security_events ADD COLUMN token_name {text};
