-- Passes over those that another registry is deleting.
DELETE FROM refusals
WHERE refusal_id IN (SELECT refusal_id FROM refusals WHERE last_time < $1
                     ORDER BY last_time LIMIT $2::bigint
                     FOR UPDATE SKIP LOCKED)
