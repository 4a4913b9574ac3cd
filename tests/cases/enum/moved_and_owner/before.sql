create type public."State" as enum ('Open');
