create table public.t (a int constraint a_must not null);
