create table jobs (id bigint generated always as identity primary key, kind text not null, payload jsonb not null default '{}', done boolean not null default false);
create index jobs_open on jobs (id) where not done;
create function take() returns jobs language sql as 'select * from jobs where not done limit 1 for update skip locked';
