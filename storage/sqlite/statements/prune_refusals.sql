DELETE FROM refusals
WHERE refusal_id IN (SELECT refusal_id FROM refusals WHERE last_time < :before
                     ORDER BY last_time LIMIT :limit)
