create function norm(v text) returns text language sql immutable as 'select lower(v)';
create function ok(v text) returns boolean language sql immutable as 'select public.norm(v) <> ''''';
create table t (id integer primary key, a text, n text generated always as (norm(a)) stored, constraint a_ok check (ok(a)));
create unique index t_n on t (norm(a)) where ok(a);
create domain fine as text check (ok(value));
create view v as select id, norm(a) as n from t;
