create domain public.d as int constraint k check (value > 0);
comment on domain public.d is 'a domain';
comment on constraint k on domain public.d is 'its constraint';
alter domain public.d owner to role_a;
grant usage on type public.d to role_b;
