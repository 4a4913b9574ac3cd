select * from only p;
