create table base (id int, updated timestamptz);
create table a (n text) inherits (base);
alter table a alter updated set default now();
create table b (id int, updated timestamptz);
