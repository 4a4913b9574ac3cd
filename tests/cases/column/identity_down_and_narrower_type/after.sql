create table c (id smallint generated always as identity (increment -1), a text);
