-- Final commands by age, for those that have grown old enough to go.
CREATE INDEX commands_final ON commands (update_time, sequence)
  WHERE state IN (5, 6, 7, 8, 9);
