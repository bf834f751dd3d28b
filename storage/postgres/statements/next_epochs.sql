SELECT nextval('session_epochs') FROM generate_series(1, $1::bigint)
