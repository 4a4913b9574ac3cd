create schema app;
create table app.t (id smallserial primary key, "Other" serial);
