create function public.same(int, int) returns boolean language sql immutable as 'select $1 = $2';
create operator public.=== (leftarg = int, rightarg = int, function = public.same, commutator = operator(public.===));
create table public.t (a int, b int check (a operator(public.===) b));
create view public.v as select a operator(public.===) b as x from public.t;
