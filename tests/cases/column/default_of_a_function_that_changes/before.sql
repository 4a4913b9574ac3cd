create function public.next_code() returns text language sql volatile as $$ select 'a' $$;
create table public.t (id int, code text default public.next_code());
