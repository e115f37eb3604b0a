-- Whether the members chose the default currency: at set-up, or by saving the settings. Up to now, that was known by the
-- earlier currency, which is only that of items that were stored without one.
ALTER TABLE accounts ADD COLUMN currency_chosen BIGINT NOT NULL DEFAULT 0 CHECK (currency_chosen IN (0, 1));

UPDATE accounts SET currency_chosen = 1 WHERE earlier_currency IS NOT NULL;
