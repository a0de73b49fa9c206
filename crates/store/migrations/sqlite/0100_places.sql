-- The places that a reader chose, kept on the account: one a component, in the components' order, '-' between them.
ALTER TABLE accounts ADD COLUMN places TEXT NOT NULL DEFAULT '';
