create table t (id integer primary key, a text);
create function fold(a text) returns text language sql immutable as 'select lower(a)';
create materialized view m as select id, public.fold(a) as f from t;
create index m_f on m (public.fold(f));
create rule r as on insert to t where public.fold(new.a) = 'X' do instead nothing;
create statistics s on (public.fold(a)), id from t;
create aggregate last(text) (sfunc = textcat, stype = text, finalfunc = fold);
create operator !!! (rightarg = text, procedure = fold);
create view v as select last(a) as l, !!! 'x'::text as x from t;
