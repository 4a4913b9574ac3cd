create table n (x int not null);
create table k (x int constraint n_x_not_null check (x > 0));
create table d (x int, y int not null);
