create table public.t (a int unique deferrable initially deferred, b int unique, c int unique deferrable);
