create table public.t (a int constraint a_must not null, b int not null, c int, d int constraint d_must not null);
