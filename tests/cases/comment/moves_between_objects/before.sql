create table t (id integer primary key, a text, b text);
create view v as select 1 as x;
comment on column t.a is 'text';
comment on view v is 'view';
