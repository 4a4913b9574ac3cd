create table public.t (a interval day to second(3), b bit(5), c time(2) with time zone, d timestamptz, e varbit(8), f numeric(3, -2), g "char");
