create table public.t (a interval, b bit(3), c time, d timestamptz(3), e varbit, f numeric, g char);
