create table z (a int);
create table base (id int generated always as identity (start 7 increment 3), a text);
create table copy (like base including all);
create table d (like base including all);
alter table d alter id type bigint;
alter sequence d_id_seq as smallint maxvalue 500;
