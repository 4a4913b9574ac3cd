create table notes (id integer primary key, owner name not null default current_user, public boolean not null default false);
alter table notes enable row level security;
create policy own on notes using (owner = current_user) with check (owner = current_user);
create policy anyone on notes for select using (public);
comment on policy own on notes is 'your own';
