create table public.t (a int constraint a_needed not null, b int constraint b_must not null, c int constraint c_must not null, d int);
