CREATE TABLE guarded (id integer, note text);
