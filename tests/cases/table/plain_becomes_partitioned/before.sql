create table public.e (id int not null, at date not null, primary key (id, at));
create view public.v as select id from public.e;
create table public.r (id int, at date, foreign key (id, at) references public.e);
