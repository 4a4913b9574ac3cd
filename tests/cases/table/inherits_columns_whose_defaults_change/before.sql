create table p (a int default 1, b int, c text default 'x', d text storage main, e int default 4);
