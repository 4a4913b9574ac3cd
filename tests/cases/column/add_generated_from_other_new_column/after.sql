create table public.boxes (
  id int primary key,
  width int not null default 1,
  area int generated always as (width * width) stored
);
