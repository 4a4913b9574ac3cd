insert into public.t values ('large');
insert into public.r values ('large');
