create schema auth;
create function auth.uid() returns uuid language sql stable as 'select null::uuid';
create table docs (id integer primary key, user_id uuid default auth.uid());
alter table docs enable row level security;
create policy "own" on docs using (user_id = auth.uid());
create index docs_user on docs (user_id);
