create table events (id bigserial, at timestamptz not null default now(), body json, primary key (id));
