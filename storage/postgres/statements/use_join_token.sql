UPDATE join_tokens SET uses = uses + 1 WHERE number = $1
