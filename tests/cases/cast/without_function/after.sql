create cast (integer as date) without function;
create cast (bigint as timestamp) without function as assignment;
