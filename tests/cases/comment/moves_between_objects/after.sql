create table t (id integer primary key, a text, b text);
create view v as select 1 as x;
comment on column t.b is 'text';
comment on column v.x is 'view';
