create function inc(bigint) returns bigint language sql immutable as 'select $1 + 1';
create function inc_many(bigint, variadic text[]) returns bigint language sql immutable as 'select $1 + 1';
create aggregate how_many(*) (sfunc = inc, stype = bigint, initcond = '0');
create aggregate how_many_of(variadic text[]) (sfunc = inc_many, stype = bigint, initcond = '0');
comment on aggregate how_many(*) is 'rows';
