create table docs (id integer primary key, team integer);
create table members (team integer, who name);
create view my_teams with (security_invoker = true) as select team from members where who = current_user;
create policy p on docs using (team in (select team from my_teams));
