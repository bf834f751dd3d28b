-- Takes a moment where somebody else has it, so that one may ask at once again.
SELECT CASE WHEN pg_try_advisory_lock($1::bigint) THEN true
            ELSE (SELECT false FROM pg_sleep(0.1)) END
