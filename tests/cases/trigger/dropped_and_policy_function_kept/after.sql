create table t (id integer primary key);
create function ok() returns boolean language sql stable as 'select true';
create policy p on t using (ok());
