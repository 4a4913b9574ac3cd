create table nodes (id integer primary key, parent integer);
create function root_of(node nodes) returns integer language sql stable as 'select node.parent';
create function next_id() returns integer language sql as 'select coalesce(max(id), 0) + 1 from nodes';
alter table nodes alter id set default next_id();
alter table nodes add constraint not_own_parent check (root_of(nodes) <> id);
