create table a (id uuid primary key default gen_random_uuid(), b_id uuid);
create table b (id uuid primary key default gen_random_uuid(), a_id uuid references a (id) deferrable);
alter table a add constraint a_b foreign key (b_id) references b (id) on delete cascade deferrable initially deferred;
create table me (id uuid primary key, boss uuid references me on delete set null);
