select * from notes;
select * from names;
