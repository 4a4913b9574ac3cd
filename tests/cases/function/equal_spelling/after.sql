create or replace function public.f(n integer, s character varying, b boolean default true) returns integer volatile called on null input security invoker cost 100 language sql as 'select 1';
