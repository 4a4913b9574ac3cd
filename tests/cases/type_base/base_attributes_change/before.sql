create type mytext;
create function mytext_in(cstring) returns mytext language internal immutable strict as 'textin';
create function mytext_out(mytext) returns cstring language internal immutable strict as 'textout';
create type mytext (input = mytext_in, output = mytext_out, internallength = variable, storage = plain);
create table t (id integer primary key, a mytext);
