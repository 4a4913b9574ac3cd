create table base (id int generated always as identity (start 7 increment 3), a text);
create table copy (a text);
