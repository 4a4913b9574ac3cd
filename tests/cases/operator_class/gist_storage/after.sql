create operator class my_gin for type integer[] using gin as
    operator 1 && (anyarray, anyarray), operator 2 @> (anyarray, anyarray), operator 3 <@ (anyarray, anyarray), operator 4 = (anyarray, anyarray),
    function 1 btint4cmp(integer, integer), function 2 ginarrayextract(anyarray, internal, internal),
    function 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal),
    function 4 ginarrayconsistent(internal, smallint, anyarray, integer, internal, internal, internal, internal),
    storage integer;
create table t (a integer[]);
create index t_a on t using gin (a my_gin);
