create table c (id bigint generated always as identity (maxvalue 5000000000 start 10), a text);
