create table public.t (a int constraint a_must not null);
comment on constraint a_must on public.t is 'it must';
