select id, name from teams;
