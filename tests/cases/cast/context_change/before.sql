create cast (integer as date) without function;
