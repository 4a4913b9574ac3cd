create function q() returns integer language sql as $$
select 1;
$$;
