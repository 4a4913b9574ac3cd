create function norm(v text, keep boolean default false) returns text language sql immutable as 'select case when keep then v else lower(v) end';
create function ok(v text, n integer) returns boolean language sql immutable as 'select length(public.norm(v)) > n';
create table t (id integer primary key, a text, n text generated always as (norm(a, true)) stored, constraint a_ok check (ok(a, 0)));
create unique index t_n on t (norm(a)) where ok(a, 0);
create domain fine as text check (ok(value, 1));
create view v as select id, norm(a, true) as n from t;
