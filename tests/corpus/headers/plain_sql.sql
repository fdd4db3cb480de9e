-- Copyright X
--
-- Tickets and seats.
SELECT 1;
