SELECT setval('session_epochs', greatest($1::bigint, 1), $1 > 0)
