create table a (x int);
create table a_b (c int not null);
create table k (x int constraint n_x_not_null check (x > 0));
