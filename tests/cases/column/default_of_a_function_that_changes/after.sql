create function public.next_code(prefix text default 'p') returns text language sql volatile as $$ select prefix || 'b' $$;
create table public.t (id int, code text default public.next_code());
