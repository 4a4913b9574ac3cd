create table t (id integer primary key, a text);
create table u (id integer, a text);
create rule r as on insert to t do also insert into u select new.id, x.a from (values ('p'), ('q')) as x (a) where new.id > 1;
create rule "an ""odd"" one" as on delete to t where old.a like '%x%' do instead update u set a = null where u.id = old.id;
