UPDATE event_counter SET sequence = $1
