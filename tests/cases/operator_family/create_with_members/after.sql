create operator family fam using btree;
alter operator family fam using btree add
    operator 1 < (integer, bigint), operator 3 = (integer, bigint),
    function 1 (integer, bigint) btint48cmp(integer, bigint);
comment on operator family fam using btree is 'mixed';
alter operator family fam using btree owner to role_a;
