create table docs (id integer primary key, owner varchar(20));
alter table docs enable row level security;
create policy p on docs for select to role_a using (owner = current_user::text);
comment on policy p on docs is 'by owner';
