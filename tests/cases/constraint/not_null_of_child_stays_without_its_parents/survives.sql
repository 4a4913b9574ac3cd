select * from d; select * from e; select * from f;
