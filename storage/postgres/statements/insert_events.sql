-- Those that are new, with the next sequences, in the order given. Gives how many
-- of each caller's were.
WITH fresh AS (
  SELECT DISTINCT ON (agent_id, event_id) *
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
              $7::bigint[], $8::text[]) WITH ORDINALITY
    AS given (caller, agent_id, event_id, event_type, thread_id, receive_time, channel,
              details_json, number)
  WHERE NOT EXISTS (SELECT 1 FROM events
                    WHERE events.agent_id = given.agent_id AND events.event_id = given.event_id)
  ORDER BY agent_id, event_id, number
), counted AS (
  UPDATE event_counter SET sequence = sequence + (SELECT count(*) FROM fresh)
  WHERE EXISTS (SELECT 1 FROM fresh)
  RETURNING sequence - (SELECT count(*) FROM fresh) AS last
), stored AS (
  INSERT INTO events (sequence, agent_id, event_id, event_type, thread_id, receive_time, channel,
                      details_json)
  SELECT counted.last + row_number() OVER (ORDER BY number), agent_id, event_id, event_type,
         thread_id, receive_time, channel, details_json
  FROM fresh CROSS JOIN counted
)
SELECT caller, count(*) FROM fresh GROUP BY caller
