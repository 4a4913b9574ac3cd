select id, email::text, tags from users;
