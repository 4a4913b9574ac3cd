create table a (id int primary key, b_id int);
create table b (id int primary key, a_id int references a (id) deferrable initially deferred);
alter table a add constraint a_b foreign key (b_id) references b (id) on delete set null;
create table me (id int primary key, boss int references me on delete cascade on update restrict);
