create schema s;
create collation s.c from "C";
alter collation s.c owner to role_a;
comment on collation s.c is 'bytes';
