create schema app authorization role_a;
create table app.t (id bigint generated always as identity primary key);
alter table app.t owner to role_a;
create view app.v as select id from app.t;
alter view app.v owner to role_b;
grant select on app.t to role_b;
