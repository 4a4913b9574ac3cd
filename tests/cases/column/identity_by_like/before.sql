create table base (id int generated always as identity, a text);
create table copy (like base including all);
