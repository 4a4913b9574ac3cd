create cast (integer as date) without function as assignment;
comment on cast (integer as date) is 'days since 2000';
