create table public.z0 (id int primary key);
do $$
begin
  for n in 1 .. 49 loop
    execute format('create table public.%I (id int primary key references public.%I, a int default %s)',
                   'z' || (100 - n), case n when 1 then 'z0' else 'z' || (101 - n) end, n);
  end loop;
end
$$;
