create table notes (id integer primary key, owner name not null default current_user, public boolean not null default false);
