create table p (id int not null, at date not null, x text) partition by range (at);
create table p24 partition of p for values from ('2024-01-01') to ('2025-01-01');
create table pd partition of p default;
alter table p add primary key (id, at);
