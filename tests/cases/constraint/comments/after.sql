create table public.t (a int primary key, b int constraint k check (b > 0));
comment on constraint k on public.t is 'new';
comment on constraint t_pkey on public.t is e'the ''key''';
