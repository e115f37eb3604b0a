-- From now on, every item is stored with a currency, so that another default currency of its account changes no price.
-- Items that were stored without one keep the default of this moment. It is recorded once for each account, since an account
-- can have a million items. In an account that is new since then, it is NULL until another default is chosen: only a node of the
-- release before can have stored such an item there.
ALTER TABLE accounts ADD COLUMN earlier_currency TEXT COLLATE "C";

UPDATE accounts SET earlier_currency = currency;
