create view active as select 1 as id;
