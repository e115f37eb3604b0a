-- An e-mail address is unique in its account and no longer in the installation, so that an admin of one account can neither
-- occupy an address of another account nor find out that it is in use there.
ALTER TABLE members DROP CONSTRAINT members_email_key;
ALTER TABLE members ADD UNIQUE (account_id, email);
CREATE INDEX members_by_email ON members (email, id);
