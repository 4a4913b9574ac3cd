create table base (id int generated always as identity primary key, a text default 'x' check (a <> ''), b int unique, c int generated always as (b + 1) stored);
create index on base (a);
comment on column base.a is 'a';
create table copy (like base including all);
create statistics st on a, b from copy;
