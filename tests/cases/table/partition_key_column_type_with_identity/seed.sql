insert into e default values; insert into e default values;
