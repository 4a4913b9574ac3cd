create table plain (id integer primary key);
create access method heap_too type table handler heap_tableam_handler;
create table t (id integer primary key) using heap_too;
create materialized view m using heap_too as select 1 as a;
comment on access method heap_too is 'heap';
