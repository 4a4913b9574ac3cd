create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;

create table public.t (id int primary key, amount int);
create trigger touched before update of amount on public.t
  for each row when (old.amount is distinct from new.amount) execute function public.touch();
