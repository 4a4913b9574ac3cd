create table jobs (id bigint primary key, state text not null);
