create table docs (id integer primary key, owner name, body text);
create function can_see(d docs) returns boolean language sql stable as 'select d.owner = current_user';
create view seen as select id, body from docs where can_see(docs);
alter table docs enable row level security;
create policy seen on docs for select to role_a using (can_see(docs));
grant select on seen to role_a, role_b;
grant execute on function can_see(docs) to role_a;
