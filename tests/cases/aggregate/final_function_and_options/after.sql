create function done(s numeric) returns text language sql immutable as 'select s::text';
create aggregate told(numeric) (sfunc = numeric_add, stype = numeric, sspace = 64, finalfunc = done, finalfunc_extra = false, finalfunc_modify = shareable, combinefunc = numeric_add, initcond = '0', parallel = safe);
