create table public.t (a int unique, b int unique deferrable, c int unique deferrable initially deferred);
