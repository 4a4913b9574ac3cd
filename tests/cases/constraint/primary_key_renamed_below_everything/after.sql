create table t (id int not null, a text, b int, constraint pk primary key (id));
create view g as select id, a, count(*) from t group by id;
create materialized view mg as select * from g;
create function fg() returns bigint language sql begin atomic select count(*) from (select id, a from t group by id) x; end;
create table c (t int references t);
alter table t replica identity using index pk;
create rule ru as on insert to c do instead insert into t (id) values (new.t) on conflict on constraint pk do nothing;
