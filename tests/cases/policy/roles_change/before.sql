create table t (id integer primary key);
create policy p on t to role_a using (true);
create policy q on t to public using (true);
create policy r on t to role_b, role_a using (true);
