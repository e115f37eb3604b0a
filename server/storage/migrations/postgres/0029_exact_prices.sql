-- The smallest unit of some currencies is a thousandth or a ten-thousandth. `price` keeps whole hundredths, and this column
-- the exact amount in ten-thousandths if hundredths are not exact. It counts only if it has the same hundredths: a node of
-- an earlier version changes `price` alone.
ALTER TABLE items ADD COLUMN exact_price BIGINT;
