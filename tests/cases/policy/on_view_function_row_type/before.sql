create table t (id integer primary key, a text);
create view v as select id from t;
create function sees(v) returns boolean language sql stable as 'select true';
create policy p on t using (exists (select from v where v.id = t.id and sees(v)));
