create table t (id int4 not null constraint t_pkey primary key, a varchar(10) default 'x', b timestamp with time zone default current_timestamp, c bool default 'f');
create view v as select * from t;
create function f(int) returns int as $$ select $1 $$ language sql;
create index on t (a);
create policy p on t for all to public using ((id > 1));
grant select, insert on t to role_a;
grant all privileges on function f(int) to public;
