create function ids() returns setof integer language sql rows 10 as 'select 1';
create view v as select * from ids() as i;
