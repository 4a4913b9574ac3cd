create type mytext;
create function mytext_in(cstring) returns mytext language internal immutable strict as 'textin';
create function mytext_out(mytext) returns cstring language internal immutable strict as 'textout';
create type mytext (input = mytext_in, output = mytext_out, internallength = variable, storage = extended);
create function shout(mytext) returns text language sql immutable as 'select upper($1::text)';
create cast (mytext as text) without function as assignment;
create table t (id integer primary key, a mytext);
create view v as select a::text as a from t;
