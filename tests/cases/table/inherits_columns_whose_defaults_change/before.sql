create table p (a int default 1, b int, c text default 'x', d text, e int default 4);
alter table p alter d set storage main;
