create type st as enum ('done','open','new'); create table t (id int, s st not null default 'new', hist st[] default array['new','open']::st[], r st default 'open') partition by list (s);
create table t_new partition of t for values in ('new'); create table t_rest partition of t for values in ('open','done'); create table t_def partition of t default;
create index on t (s) where s <> 'done'; create view v as select count(*) filter (where s = 'done') from t; create function f(s st default 'open') returns st[] language sql as $$ select array[s, 'done'::st] $$;
create table h (s st check (s in ('new')), exclude using btree (s with =) where (s > 'new'));
