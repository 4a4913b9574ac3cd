create function ids() returns integer language sql as 'select 1';
create view v as select * from ids() as i;
