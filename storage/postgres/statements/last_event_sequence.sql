SELECT sequence FROM event_counter
