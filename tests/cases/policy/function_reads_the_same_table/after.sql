create table members (id integer primary key, who name, org integer);
alter table members enable row level security;
create function my_orgs() returns setof integer language sql stable security definer set search_path = '' as 'select org from public.members where who = current_user';
revoke execute on function my_orgs() from public;
grant execute on function my_orgs() to role_a;
create policy same_org on members for select to role_a using (org in (select my_orgs()));
