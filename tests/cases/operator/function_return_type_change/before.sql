create function join_up(text, text) returns text language sql immutable as 'select $1 || $2';
create operator +|+ (leftarg = text, rightarg = text, procedure = join_up);
create view v as select 'a'::text +|+ 'b'::text as ab;
