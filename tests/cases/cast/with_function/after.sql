create type c as (x integer);
create function c_to_text(c) returns text language sql immutable as 'select ($1).x::text';
create cast (c as text) with function c_to_text(c) as assignment;
comment on cast (c as text) is 'of x';
