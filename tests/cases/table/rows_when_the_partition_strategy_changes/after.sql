create table p (id int not null, at date not null, x text) partition by list (id);
create table p1 partition of p for values in (1);
create table pd partition of p default;
alter table p add primary key (id, at);
