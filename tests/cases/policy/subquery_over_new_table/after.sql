create table docs (id integer primary key, team integer);
alter table docs enable row level security;
create table members (team integer, who name, primary key (team, who));
alter table members enable row level security;
create policy seen on docs for select using (team in (select team from members where who = current_user));
create policy self on members using (team in (select d.team from docs d));
