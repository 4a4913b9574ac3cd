create function clean(days integer) returns void language plpgsql as 'begin end';
comment on function clean(integer) is 'of old rows';
