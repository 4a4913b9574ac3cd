create procedure clean(days integer) language plpgsql as 'begin end';
comment on procedure clean(integer) is 'of old rows';
