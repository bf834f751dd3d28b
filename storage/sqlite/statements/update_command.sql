UPDATE commands
SET state = :state, deliveries = :deliveries, steps = :steps, update_time = :update_time,
    deliver_time = :deliver_time, error = :error
WHERE sequence = :sequence
