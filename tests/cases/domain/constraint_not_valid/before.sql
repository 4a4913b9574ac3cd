create domain public.d as int;
create table public.t (d public.d);
alter domain public.d add constraint k check (value > 0) not valid;
