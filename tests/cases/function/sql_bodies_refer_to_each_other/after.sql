create table t (id integer, parent integer);
create function z_depth(i integer) returns integer language sql stable as 'select count(*)::int from t where parent = i';
create function a_depth(i integer) returns integer language sql stable as 'select z_depth(i) + 1';
create view m_view as select id, a_depth(id) as depth from t;
