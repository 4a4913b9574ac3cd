create table base (id int generated always as identity, a text);
create table copy (like base including identity);
create table c3 (id int generated always as identity (maxvalue 100));
create table c4 (like c3 including identity);
create table c5 (id int generated always as identity (increment -1));
create table c6 (like c5 including identity);
