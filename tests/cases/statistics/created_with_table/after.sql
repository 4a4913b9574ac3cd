create schema s;
create table s.t (a integer, b integer);
create statistics s."My Stats" on a, b from s.t;
alter statistics s."My Stats" set statistics 0;
alter statistics s."My Stats" owner to role_a;
