create table members (team integer, who name, extra text);
create table docs (id integer primary key, team integer);
create view my_teams as select team, who from members;
create policy p on docs using (team in (select team from my_teams));
grant select on my_teams to role_a;
