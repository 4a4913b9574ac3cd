create table c (id int generated always as identity (maxvalue 500 start 10 minvalue 2), a text);
