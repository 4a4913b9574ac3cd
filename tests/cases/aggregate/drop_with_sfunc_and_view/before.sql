create function step(state text, n text) returns text language sql immutable as 'select state || n';
create aggregate cat(text) (sfunc = step, stype = text, initcond = '');
create view v as select cat(x) as c from (values ('a'), ('b')) as t (x);
