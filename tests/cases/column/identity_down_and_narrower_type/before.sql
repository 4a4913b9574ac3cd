create table c (id bigint generated always as identity (increment -1 minvalue -5000000000), a text);
